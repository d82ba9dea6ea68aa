// What the catalogue's pages run in the browser, made from npm packages into the folder named as argument (make frontend):
//   engine/engine.js        the worker in which DuckDB answers queries (src/engine.js), a classic script
//   engine/duckdb.wasm.bin  DuckDB, gzipped (many hosts cap a file at 25 MiB), decompressed in the browser
//   parquet.js              hyparquet with zstd: an ES module that reads a Parquet file, whole or in ranges (src/parquet.js)
//   fonts.css, fonts/       the two faces of the site, Latin only; addresses are those seen from the folder above, where site.css lies
//   licences.txt            what is in here, by whom, under which licence
import { build } from 'esbuild'
import { gzipSync } from 'node:zlib'
import fs from 'node:fs'

const out = process.argv[2], modules = 'node_modules/'
const FONTS = ['public-sans', 'bricolage-grotesque']
const MAX_BYTES = 25 * 2 ** 20 // GitHub and Cloudflare Pages refuse larger files

fs.rmSync(out, { recursive: true, force: true })
for (const folder of ['engine', 'fonts']) fs.mkdirSync(`${out}/${folder}`, { recursive: true })

const bundle = { bundle: true, minify: true, legalComments: 'none', logLevel: 'warning', metafile: true, target: 'es2022', define: { 'process.env.NODE_ENV': '"production"' } }
const made = await Promise.all([
  build({ ...bundle, format: 'iife', entryPoints: ['src/engine.js'], outfile: `${out}/engine/engine.js` }),
  build({ ...bundle, format: 'esm', entryPoints: ['src/parquet.js'], outfile: `${out}/parquet.js` }),
])
fs.writeFileSync(`${out}/engine/duckdb.wasm.bin`, gzipSync(fs.readFileSync(`${modules}@duckdb/duckdb-wasm/dist/duckdb-eh.wasm`), { level: 9 }))
const faces = FONTS.flatMap(font => fs.readFileSync(`${modules}@fontsource-variable/${font}/wght.css`, 'utf8').match(/@font-face \{.*?\}/gs)
  .filter(face => /-latin(-ext)?-wght-normal\.woff2/.test(face))
  .map(face => face.replace(/url\(\.\/files\/([^)]+)\)/, (_, file) => {
    fs.copyFileSync(`${modules}@fontsource-variable/${font}/files/${file}`, `${out}/fonts/${file}`)
    return `url(vendor/fonts/${file})`
  })))
if (faces.length !== 2 * FONTS.length) throw new Error('a font has no Latin or no Latin extended face: its package has changed')
fs.writeFileSync(`${out}/fonts.css`, faces.join('\n') + '\n')

// The packages that are in what was made, with their licences' texts.
const bundled = made.flatMap(m => Object.keys(m.metafile.inputs)).map(path => path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1]).filter(Boolean)
const said = [...new Set([...bundled, ...FONTS.map(font => `@fontsource-variable/${font}`)])].sort().map(name => {
  const { version, license } = JSON.parse(fs.readFileSync(`${modules}${name}/package.json`))
  const texts = fs.readdirSync(modules + name).filter(f => /^(licen[cs]e|notice|copyright)/i.test(f)).sort().map(f => fs.readFileSync(`${modules}${name}/${f}`, 'utf8').trim())
  const own = `licences/${name.replace('/', '__')}.txt` // of a package that comes without its licence's text
  if (fs.existsSync(own)) texts.push(fs.readFileSync(own, 'utf8').trim())
  if (!texts.length) throw new Error(`${name} comes without its licence (${license}): put the text into frontend/${own}`)
  return `${name} ${version} (${license})\n\n${texts.join('\n\n')}\n`
})
fs.writeFileSync(`${out}/licences.txt`, said.join(`\n${'-'.repeat(80)}\n\n`))

for (const path of fs.readdirSync(out, { recursive: true })) {
  if (fs.statSync(`${out}/${path}`).size > MAX_BYTES) throw new Error(`${path} is over 25 MiB: common hosts of static sites refuse it`)
}
