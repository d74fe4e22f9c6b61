import { z } from 'zod';
import { change, finding } from '../model/finding.ts';
import { optionalJson, optionalTime } from './columns.ts';

/** What searches alone write into the rows of outages and of blindness. */
export const searchColumns = {
  findings: optionalJson(z.array(finding).readonly()),
  changes: optionalJson(z.array(change).readonly()),
  searchedAt: optionalTime,
};
