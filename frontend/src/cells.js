/** Values of a result, of any type of DuckDB, as the text that DuckDB itself writes. */
import { Type, Vector } from 'apache-arrow'

const PER_SECOND = [1n, 1_000n, 1_000_000n, 1_000_000_000n] // by Arrow's TimeUnit
const DAY = 86_400n
const ENDLESS = 2n ** 63n - 1n
const two = n => String(n).padStart(2, '0')
const floor = (a, b) => (a - (((a % b) + b) % b)) / b

/** Reader of one column of a record batch (Arrow's Data): index of a row -> its text, or null. */
export function reader(data) {
  const bits = data.nullCount ? data.nullBitmap : null, value = (READERS[data.type.typeId] ?? other)(data, data.type)
  return at => (bits && !((bits[at >> 3] >> (at & 7)) & 1) ? null : value(at))
}

const READERS = {
  [Type.Bool]: ({ values }) => at => String(Boolean((values[at >> 3] >> (at & 7)) & 1)),
  [Type.Int]: ({ values }) => at => String(values[at]),
  [Type.Float]: ({ values }) => at => float(values[at], values.BYTES_PER_ELEMENT < 8),
  [Type.Decimal]: ({ values }, { bitWidth, scale }) => at => decimal(values.subarray((at * bitWidth) / 32, ((at + 1) * bitWidth) / 32), scale),
  [Type.Date]: ({ values }) => at => date(BigInt(values[at])),
  [Type.Time]: ({ values }, { unit }) => at => time(BigInt(values[at]), PER_SECOND[unit]),
  [Type.Timestamp]: ({ values }, { unit, timezone }) => at => timestamp(BigInt(values[at]), PER_SECOND[unit]) + (timezone ? '+00' : ''),
  [Type.Interval]: ({ values: { buffer, byteOffset } }) => (view => at => interval(view.getInt32(16 * at, true), view.getInt32(16 * at + 4, true), view.getBigInt64(16 * at + 8, true)))(new DataView(buffer, byteOffset)),
  [Type.Binary]: ({ values, valueOffsets: at }) => n => Array.from(values.subarray(at[n], at[n + 1]), b => (b > 31 && b < 127 && b !== 92 ? String.fromCharCode(b) : `\\x${b.toString(16).toUpperCase().padStart(2, '0')}`)).join(''),
  [Type.List]: ({ valueOffsets: at, children: [items] }) => (item => n => list(item, at[n], at[n + 1]))(reader(items)),
  [Type.FixedSizeList]: ({ children: [items] }, { listSize }) => (item => n => list(item, n * listSize, (n + 1) * listSize))(reader(items)),
  [Type.Map]: ({ valueOffsets: at, children: [{ children }] }) => (([key, value]) => n => `{${range(at[n], at[n + 1]).map(i => `${key(i)}=${value(i) ?? 'NULL'}`).join(', ')}}`)(children.map(reader)),
  [Type.Struct]: ({ children }, type) => (fields => n => `{${fields.map((field, i) => `'${type.children[i].name}': ${field(n) ?? 'NULL'}`).join(', ')}}`)(children.map(reader)),
}

const other = data => (vector => at => String(vector.get(at)))(new Vector([data]))
const range = (from, to) => Array.from({ length: to - from }, (_, n) => from + n)
const list = (item, from, to) => `[${range(from, to).map(n => item(n) ?? 'NULL').join(', ')}]`

function float(value, single) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'
  return String(single ? [6, 7, 8, 9].map(digits => Number(value.toPrecision(digits))).find(short => Math.fround(short) === value) : value)
}

function decimal(words, scale) {
  const value = BigInt.asIntN(32 * words.length, words.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n))
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0'), point = digits.length - scale
  return (value < 0n ? '-' : '') + digits.slice(0, point) + (scale ? `.${digits.slice(point)}` : '')
}

/** ISO 8601 day of a number of days since 1970, in the proleptic Gregorian calendar; of years before 1, with "(BC)". */
function date(days) {
  const day = new Date(Number(days) * 86_400_000)
  if (Number.isNaN(day.getTime())) return days > 0n ? 'infinity' : '-infinity'
  const year = day.getUTCFullYear()
  return `${String(year > 0 ? year : 1 - year).padStart(4, '0')}-${two(day.getUTCMonth() + 1)}-${two(day.getUTCDate())}${year > 0 ? '' : ' (BC)'}`
}

function time(ticks, perSecond) {
  const seconds = ticks / perSecond, rest = ticks % perSecond
  const fraction = rest ? `.${String(rest).padStart(String(perSecond).length - 1, '0').replace(/0+$/, '')}` : ''
  return `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}${fraction}`
}

/** Of Arrow's month_day_nano: `1 year 2 months 3 days 04:05:06`. */
function interval(months, days, nanoseconds) {
  const parts = [[Math.trunc(months / 12), 'year'], [months % 12, 'month'], [days, 'day']].filter(([n]) => n).map(([n, unit]) => `${n} ${unit}${Math.abs(n) === 1 ? '' : 's'}`)
  const clock = (nanoseconds < 0n ? '-' : '') + time(nanoseconds < 0n ? -nanoseconds : nanoseconds, PER_SECOND[3])
  return (nanoseconds || !parts.length ? [...parts, clock] : parts).join(' ')
}

function timestamp(ticks, perSecond) {
  if (ticks >= ENDLESS || ticks <= -ENDLESS) return ticks > 0n ? 'infinity' : '-infinity'
  const days = floor(ticks, DAY * perSecond)
  return `${date(days)} ${time(ticks - days * DAY * perSecond, perSecond)}`
}
