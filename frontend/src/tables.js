/** A published Parquet file -> rows of a table of DuckDB, by way of hyparquet and Arrow: DuckDB's own reader is an extension, fetched from elsewhere. */
import { DateDay, Float64, Int64, Table, Utf8, Vector, makeData, tableToIPC } from 'apache-arrow'
import { parquetMetadata, parquetRead } from 'hyparquet'
import { compressors } from './parquet.js'

const BY_TYPE = { BIGINT: [Int64, BigInt64Array, BigInt], DOUBLE: [Float64, Float64Array, Number], DATE: [DateDay, Int32Array, Number] } // all else as text, which DuckDB casts
const PARSERS = { dateFromDays: days => days, stringFromBytes: bytes => bytes, jsonFromBytes: bytes => bytes } // as they lie in the file
const encoder = new TextEncoder()

const quoted = name => `"${name.replaceAll('"', '""')}"`

/** Creates the table, empty: {name, columns: [{name, type}]}, types as DuckDB names them. */
export function declare(connection, { name, columns }) {
  connection.query(`create table ${quoted(name)} (${columns.map(c => `${quoted(c.name)} ${c.type}`).join(', ')})`)
}

/** Puts all rows of a Parquet file (ArrayBuffer) into the table declared for it, one row group at a time; says how many rows are there. */
export async function load(connection, { name, columns }, file, read) {
  const metadata = parquetMetadata(file)
  let rowStart = 0
  connection.query(`delete from ${quoted(name)}`) // what a reading that was cut off left
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows), chunks = Object.fromEntries(columns.map(c => [c.name, []]))
    await parquetRead({ file, metadata, compressors, parsers: PARSERS, rowStart, rowEnd, onChunk: ({ columnName, columnData }) => chunks[columnName]?.push(columnData) })
    if (rowEnd > rowStart) {
      const vectors = columns.map(c => [c.name, new Vector([arrow(c.type, chunks[c.name], rowEnd - rowStart)])])
      connection.insertArrowFromIPCStream(tableToIPC(new Table(Object.fromEntries(vectors)), 'stream'), { name, create: false })
    }
    rowStart = rowEnd
    read(rowStart)
  }
}

/** Arrow's Data of a column's chunks; null and undefined are nulls. Not by Arrow's builders: they need eval, which the pages forbid. */
function arrow(type, chunks, length) {
  const nullBitmap = new Uint8Array((length + 7) >> 3), [Type, Values, convert] = BY_TYPE[type] ?? [Utf8]
  const values = Values ? new Values(length) : [], valueOffsets = Values ? undefined : new Int32Array(length + 1)
  let at = 0, nullCount = 0
  for (const chunk of chunks) {
    for (const value of chunk) {
      const present = value !== null && value !== undefined
      if (present) nullBitmap[at >> 3] |= 1 << (at & 7)
      else nullCount++
      if (Values) {
        if (present) values[at] = convert(value)
      } else {
        if (present) values.push(value instanceof Uint8Array ? value : encoder.encode(text(value)))
        valueOffsets[at + 1] = valueOffsets[at] + (present ? values.at(-1).length : 0)
      }
      at++
    }
  }
  return makeData({ type: new Type(), length, nullCount, nullBitmap, valueOffsets, data: Values ? values : joined(values, valueOffsets[length]) })
}

const text = value => (value instanceof Date ? value.toISOString() : typeof value === 'object' ? JSON.stringify(value) : String(value))

function joined(parts, bytes) {
  const all = new Uint8Array(bytes)
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
