/** A published file, of which only the parts that are asked for are fetched, by HTTP's Range; all of it where a server sends no parts. */
export const TAIL = 2 ** 16 // bytes fetched first: the footer of a Parquet file, and more; a smaller file is fetched whole

/** What hyparquet reads from, {byteLength, slice}, and `whole`: all of it is here. `received` hears of each piece how many bytes it has, and whether
 * all of a large file comes for want of parts. */
export async function remote(url, byteLength, received) {
  const get = async (start, end) => {
    const response = await fetch(url, { headers: { Range: `bytes=${start}-${end - 1}` } })
    return response.headers.get('Content-Range') === `bytes ${start}-${end - 1}/${byteLength}` ? { part: await bytes(response, received) } : { other: response }
  }
  const from = Math.max(0, byteLength - TAIL), { part: tail, other } = await get(from, byteLength)
  if (!tail) {
    const all = await bytes(other.status === 206 ? await fetch(url) : other, n => received(n, from > 0))
    return { byteLength: all.byteLength, slice: (start, end) => all.slice(start, end), whole: true }
  }
  return {
    byteLength,
    whole: !from,
    async slice(start, end = byteLength) {
      if (start >= from) return tail.slice(start - from, end - from)
      const { part, other } = await get(start, end)
      if (!part) throw new Error(`${name(url)}: HTTP ${other.status}, ${other.headers.get('Content-Range')}`)
      return part
    },
  }
}

/** The body of an answer as an ArrayBuffer, told of as it comes. */
const bytes = (response, received) => new Response(counted(response, received)).arrayBuffer()

/** The body of an answer as a stream; `received` hears how many bytes each piece has. */
export function counted(response, received) {
  if (!response.ok) throw new Error(`${name(response.url)}: HTTP ${response.status}`)
  return response.body.pipeThrough(new TransformStream({
    transform(chunk, controller) {
      received(chunk.byteLength)
      controller.enqueue(chunk)
    },
  }))
}

const name = url => new URL(url).pathname.split('/').pop()
