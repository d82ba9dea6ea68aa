/** The published tables in DuckDB: views, of whose columns only those that queries need are fetched.
 *
 * They come by way of hyparquet and Arrow: DuckDB's own reader of Parquet is an extension, fetched from elsewhere. A column that is not here is an
 * expression that fails, naming it; so the plan of a query tells which it needs, and none is ever taken for empty.
 */
import { DateDay, Float64, Int64, Table, Utf8, Vector, makeData, tableToIPC } from 'apache-arrow'
import { parquetMetadataAsync, parquetRead } from 'hyparquet'
import { compressors } from './parquet.js'
import { TAIL, remote } from './remote.js'

const BY_TYPE = { BIGINT: [Int64, BigInt64Array, BigInt], DOUBLE: [Float64, Float64Array, Number], DATE: [DateDay, Int32Array, Number] } // all else as text, which DuckDB casts
const PARSERS = { dateFromDays: days => days, stringFromBytes: bytes => bytes, jsonFromBytes: bytes => bytes } // as they lie in the file
const SINGLE = /^[^;]*;?\s*$/
const encoder = new TextEncoder()

const quoted = name => `"${name.replaceAll('"', '""')}"`
const text = value => `'${value.replaceAll("'", "''")}'`
const absent = (table, column) => `unfetched ${table.name}.${column.name}`
const stored = table => `fetched.${quoted(table.name)}`

/** Of tables {name, rows, bytes, url, columns: [{name, type}]}, types as DuckDB names them: makes them known, without a column. */
export function declare(connection, tables) {
  connection.query('create schema fetched')
  for (const table of tables) {
    table.here = new Set()
    show(connection, table)
  }
}

/** The columns that a query needs and that are not here: table -> columns. Of several statements, all columns of the tables whose name stands in them. */
export function needed(connection, tables, sql) {
  if (!SINGLE.test(sql)) {
    const words = new Set(sql.toLowerCase().match(/\w+/g))
    return new Map(tables.filter(t => words.has(t.name)).map(t => [t, t.columns.filter(c => !t.here.has(c.name))]))
  }
  try {
    return unfetched(tables, connection.query(`explain (format json) ${sql}`).getChildAt(1)?.get(0))
  } catch (e) {
    return unfetched(tables, e.message) // what reads rows to be planned; of a mistake DuckDB speaks when the query is run
  }
}

/** The columns that are not here of which a plan or a message of DuckDB speaks. */
export function unfetched(tables, said) {
  const names = new Set(String(said).match(/unfetched \w+\.\w+/g))
  return new Map(tables.map(t => [t, t.columns.filter(c => !t.here.has(c.name) && names.has(absent(t, c)))]).filter(([, columns]) => columns.length))
}

/** Makes columns of a table be here, a row group at a time; says {done, total, whole} of bytes and {rows} of rows. Of a file that came whole, all columns. */
export async function bring(connection, table, columns, told) {
  let done = 0, total = Math.min(TAIL, table.bytes)
  const file = (table.file ??= await remote(table.url, table.bytes, (n, whole) => told({ done: (done += n), total: whole ? table.bytes : total, whole })))
  const metadata = (table.metadata ??= await parquetMetadataAsync(file, { initialFetchSize: TAIL }))
  const arriving = file.whole ? table.columns : columns, names = arriving.map(c => c.name)
  const parts = metadata.row_groups.flatMap(group => group.columns.map(c => c.meta_data)).filter(c => names.includes(c.path_in_schema[0]))
  total = done + parts.reduce((sum, c) => sum + Number(c.total_compressed_size), 0)
  connection.query(`create or replace table fetched.arriving (${arriving.map(c => `${quoted(c.name)} ${c.type}`)})`)
  let rowStart = 0
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows), chunks = Object.fromEntries(names.map(name => [name, []]))
    await parquetRead({ file, metadata, compressors, parsers: PARSERS, columns: names, rowStart, rowEnd, onChunk: ({ columnName, columnData }) => chunks[columnName].push(columnData) })
    if (rowEnd > rowStart) {
      const vectors = arriving.map(c => [c.name, new Vector([arrow(c.type, chunks[c.name], rowEnd - rowStart)])])
      connection.insertArrowFromIPCStream(tableToIPC(new Table(Object.fromEntries(vectors)), 'stream'), { schema: 'fetched', name: 'arriving', create: false })
    }
    rowStart = rowEnd
    told({ rows: rowStart })
  }
  if (table.here.size) {
    connection.query(`create or replace table ${stored(table)} as from ${stored(table)} positional join fetched.arriving`)
    connection.query('drop table fetched.arriving')
  } else connection.query(`alter table fetched.arriving rename to ${quoted(table.name)}`)
  for (const name of names) table.here.add(name)
  if (table.here.size === table.columns.length) table.file = table.metadata = null
  show(connection, table)
}

/** The view that goes by the table's name. */
function show(connection, table) {
  const away = table.columns.filter(c => !table.here.has(c.name))
  const failing = away.map(c => `error(${text(absent(table, c))})::${c.type} as ${quoted(absent(table, c))}`)
  const columns = table.columns.map(c => (table.here.has(c.name) ? quoted(c.name) : `${quoted(absent(table, c))} as ${quoted(c.name)}`))
  connection.query(`create or replace view ${quoted(table.name)} as select ${columns} from (select ${['*', ...failing]} from ${table.here.size ? stored(table) : `range(${table.rows})`})`)
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
        if (present) values.push(value instanceof Uint8Array ? value : encoder.encode(written(value)))
        valueOffsets[at + 1] = valueOffsets[at] + (present ? values.at(-1).length : 0)
      }
      at++
    }
  }
  return makeData({ type: new Type(), length, nullCount, nullBitmap, valueOffsets, data: Values ? values : joined(values, valueOffsets[length]) })
}

const written = value => (value instanceof Date ? value.toISOString() : typeof value === 'object' ? JSON.stringify(value) : String(value))

function joined(parts, bytes) {
  const all = new Uint8Array(bytes)
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
