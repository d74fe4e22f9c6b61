import { change, finding } from '../model/finding.ts';
import * as z from '../zod.ts';
import { optionalJson, optionalTime } from './columns.ts';

/** What searches alone write into the rows of outages and of blindness. */
export const searchColumns = {
  findings: optionalJson(z.readonly(z.array(finding))),
  changes: optionalJson(z.readonly(z.array(change))),
  searchedAt: optionalTime,
};
