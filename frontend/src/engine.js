/** The worker of the SQL page: DuckDB over the published Parquet files. Nothing is fetched before it is needed, nothing from elsewhere.
 *
 * It is told once {wasm: {url, bytes}, module?, tables: [{name, title, url, rows, bytes, columns: [{name, type}]}], limits: {kept, shown}} and then, a
 * query at a time, {sql}. It says {loading, done, total} (a table's title or null for the engine, and bytes; {whole} of a large table that comes at once
 * because the server sends no parts), {reading, rows, total} (a table's title), {module} (compiled, for the worker that takes this one's place), {ready}
 * when a query begins, and for each query in the end either {columns: [{name, type, number}], rows, count, more, csv, ms} or
 * {failed: "engine" | "data" | "query" | "memory" | "extension" | "crash", message}.
 */
import { RecordBatchReader, Type } from 'apache-arrow'
import { BROWSER_RUNTIME, VoidLogger, createDuckDB } from '../node_modules/@duckdb/duckdb-wasm/dist/duckdb-browser-blocking.mjs' // its package names it nowhere
import { reader } from './cells.js'
import { line } from './csv.js'
import { counted } from './remote.js'
import { bring, declare, needed, unfetched } from './tables.js'

const SETTINGS = ['autoinstall_known_extensions = false', 'autoload_known_extensions = false', 'enable_external_access = false', "memory_limit = '2GB'", 'lock_configuration = true']
const NUMBERS = [Type.Int, Type.Float, Type.Decimal]

let said, starting

self.onmessage = async ({ data }) => {
  if (!('sql' in data)) said = data
  else self.postMessage(await answer(data.sql).catch(failure => ({ failed: kind(failure), message: sentence(failure) })))
}

async function answer(sql) {
  starting ??= start()
  const connection = await starting.catch(e => failed('engine', e))
  for (let wanted = needed(connection, said.tables, sql); ;) {
    for (const [table, columns] of wanted) await fetched(connection, table, columns)
    self.postMessage({ ready: true })
    try {
      return run(connection, sql)
    } catch (e) {
      wanted = unfetched(said.tables, e.message)
      if (!wanted.size) throw e
    }
  }
}

async function fetched(connection, table, columns) {
  const { title, rows: total } = table
  await bring(connection, table, columns, ({ rows, ...loading }) => self.postMessage(rows === undefined ? { loading: title, ...loading } : { reading: title, rows, total })).catch(e => failed('data', e))
}

/** What went wrong: a failed part of ours, the engine itself, its memory, or else the query. */
function kind(failure) {
  if (failure.kind) return failure.kind
  if (failure instanceof WebAssembly.RuntimeError || failure instanceof RangeError) return 'crash'
  if (/^Out of Memory/.test(failure.message)) return 'memory'
  return /exists in the \w+ extension/.test(failure.message) ? 'extension' : 'query'
}

function failed(kind, error) {
  throw Object.assign(error, { kind })
}

/** What DuckDB or the browser says, without the trace; DuckDB tells of a mistake of syntax as JSON. */
function sentence(error) {
  const words = String(error?.message ?? error).split(/\n    at |\nDatabase is launched in in-memory|\n\nPlease try installing/)[0].trim()
  if (!words.startsWith('{"exception_type"')) return words
  const { exception_type: type, exception_message: message } = JSON.parse(words)
  return `${type} Error: ${message}`
}

async function start() {
  const { url, bytes } = said.wasm
  const db = await createDuckDB({ eh: { mainModule: url } }, new VoidLogger(), BROWSER_RUNTIME)
  const module = said.module ?? (await compile(await download(url, bytes)))
  await new Promise((resolve, reject) => {
    db.instantiateWasm = (imports, ready) => { // theirs would fetch it, uncompressed
      globalThis.DUCKDB_RUNTIME = BROWSER_RUNTIME
      WebAssembly.instantiate(module, imports).then(instance => ready(instance, module), reject)
      return {}
    }
    db.instantiate().then(resolve, reject)
  })
  self.postMessage({ module })
  db.open({ path: ':memory:', query: { castBigIntToDouble: false, castDecimalToDouble: false, castTimestampToDate: false } })
  const connection = db.connect()
  declare(connection, said.tables)
  const today = new Date(), pad = n => String(n).padStart(2, '0') // theirs is in an extension
  for (const name of ['current_date', 'today']) connection.query(`create macro ${name}() as date '${today.getFullYear()}-${pad(today.getMonth() + 1)}-${pad(today.getDate())}'`)
  for (const setting of SETTINGS) connection.query(`set ${setting}`)
  return connection
}

const compile = gzipped => WebAssembly.compileStreaming(new Response(gzipped.pipeThrough(new DecompressionStream('gzip')), { headers: { 'Content-Type': 'application/wasm' } }))

/** The bytes at an address as a stream, whose progress is told. */
async function download(url, total) {
  let done = 0
  return counted(await fetch(url), n => self.postMessage({ loading: null, done: (done += n), total }))
}

/** The first rows of the query's result, as text; of more than are kept, no more are made. */
function run(connection, sql) {
  const { kept, shown } = said.limits, began = performance.now(), rows = [], csv = []
  const batches = answered(connection, sql, kept)
  const columns = batches.schema.fields.map(f => ({ name: f.name, type: String(f.type), number: NUMBERS.includes(f.typeId) }))
  const isNumber = columns.map(c => c.number)
  let count = 0, more = false
  for (const batch of batches) {
    const readers = batch.data.children.map(reader), here = Math.min(batch.numRows, kept - count), lines = []
    for (let at = 0; at < here; at++) {
      const row = readers.map(value => value(at))
      if (rows.length < shown) rows.push(row)
      lines.push(line(row, isNumber))
    }
    csv.push(lines.join(''))
    count += here
    if (here < batch.numRows) {
      more = true
      break
    }
  }
  connection.cancelSent()
  const head = line(columns.map(c => c.name), [])
  return { columns, rows, count, more, csv: new Blob([head, ...csv], { type: 'text/csv' }), ms: performance.now() - began }
}

/** Record batches of a query, of which one after `kept` rows is enough. */
function answered(connection, sql, kept) {
  const stream = RecordBatchReader.from(chunks(connection, sql)).open()
  if (!stream.schema.dictionaries.size) return stream
  connection.cancelSent() // DuckDB's stream leaves out what the codes of an enum stand for
  return RecordBatchReader.from(connection.useUnsafe((db, n) => db.runQuery(n, `from (${sql.trim().replace(/;$/, '')}\n) limit ${kept + 1}`))).open()
}

/** Arrow's stream of a query, a chunk at a time: DuckDB makes the next only when asked. */
function* chunks(connection, sql) {
  const on = f => connection.useUnsafe(f)
  let chunk = on((db, n) => db.startPendingQuery(n, sql, true))
  while (chunk === null) chunk = on((db, n) => db.pollPendingQuery(n))
  while (chunk === null || chunk.length) {
    if (chunk !== null) yield chunk
    chunk = on((db, n) => db.fetchQueryResults(n))
  }
}
