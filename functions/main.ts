// One entry for all functions: the worker loads each file of `main` in package.json apart, and an instance loads them all to run one.
import './api.ts';
import './poison.ts';
import './prune.ts';
import './start-sweep.ts';
import './work.ts';
