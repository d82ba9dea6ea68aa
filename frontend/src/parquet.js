/** Reads Parquet without DuckDB: what a page needs to show, sort and filter a table. */
export { asyncBufferFromUrl, cachedAsyncBuffer, parquetMetadata, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { decompress } from 'fzstd'

/** Given to each read: published files are compressed with zstd. */
export const compressors = { ZSTD: input => decompress(input) }
