/** A result as CSV (RFC 4180), in which no spreadsheet takes a text for a formula: the rules of km0_pipeline/publish/escaping.py. */
const FIRST = /^[\t\r\n=+\-@'＝＋－＠]/, WITHIN = /([;\t\r\n])([=+\-@'＝＋－＠])/g

const escaped = text => text.replace(FIRST, "'$&").replace(WITHIN, "$1'$2")
const quoted = text => (/[",\r\n]/.test(text) || text === '' ? `"${text.replaceAll('"', '""')}"` : text)

/** A line of it; nothing where there is no value. `isNumber` says of each value whether it is one: numbers keep their sign. */
export const line = (row, isNumber) => `${row.map((v, n) => (v === null ? '' : quoted(isNumber[n] ? v : escaped(v)))).join(',')}\r\n`
