import { viewReasons } from '../views/reasons.ts';
import type { Reply } from './route.ts';

/** `GET /api/reasons` */
export async function showReasons(): Promise<Reply> {
  return { json: viewReasons() };
}
