// The warehouse on DuckDB keeps its contract; duckdb.slow.test.ts is more thorough, and kills it.

import { contract } from './support/contract.ts';
import { make } from './support/duckdb.ts';

contract('DuckDB', make, { runs: 2, kills: false });
