#!/usr/bin/env node
// The collector, as `npm run build -w packages/collector` has built it.

import './dist/collector/src/main.js';
