import { describe, expect, it } from 'vitest';
import { keepAnswers } from '../../src/http/keep-answers.ts';

/** Makes answers that say how many were made before. */
function counting(length = 0) {
  let made = 0;
  return async () => ({ status: 200, headers: {}, body: `${made++}`.padEnd(length) });
}

describe('keepAnswers', () => {
  it('gives an answer again until it is too old', async () => {
    const [kept, make] = [keepAnswers(), counting()];
    const bodies = [];
    for (const now of [1000, 1500, 6000, 6001]) bodies.push((await kept.get('key', now, 5000, make)).body);
    expect(bodies).toEqual(['0', '0', '0', '1']);
  });

  it('says when its reading began, not when it was asked for', async () => {
    const [kept, make] = [keepAnswers(), counting()];
    await kept.get('key', 1000, 5000, make);
    expect(await kept.get('key', 3000, 5000, make)).toMatchObject({ readAt: 1000, body: '0' });
  });

  it('makes one answer for all who ask at once, and another for another key', async () => {
    const [kept, make] = [keepAnswers(), counting()];
    const asked = await Promise.all(['a', 'a', 'b', 'a'].map((key) => kept.get(key, 0, 5000, make)));
    expect(asked.map(({ body }) => body)).toEqual(['0', '0', '1', '0']);
  });

  it('makes an answer anew where the clock has gone back', async () => {
    const [kept, make] = [keepAnswers(), counting()];
    await kept.get('key', 1000, 5000, make);
    expect((await kept.get('key', 999, 5000, make)).body).toBe('1');
  });

  it('does not keep a failure', async () => {
    const kept = keepAnswers();
    await expect(kept.get('key', 0, 5000, () => Promise.reject(new Error('no storage')))).rejects.toThrow('no storage');
    expect((await kept.get('key', 1, 5000, counting())).body).toBe('0');
  });

  it('keeps the newest 200 answers', async () => {
    const [kept, make] = [keepAnswers(), counting()];
    for (let n = 0; n < 201; n++) await kept.get(`key ${n}`, 0, 5000, make);
    expect((await kept.get('key 1', 0, 5000, make)).body).toBe('1');
    expect((await kept.get('key 0', 0, 5000, make)).body).toBe('201');
  });

  it('keeps no more than 16 million characters', async () => {
    const [kept, make] = [keepAnswers(), counting(9_000_000)];
    for (const key of ['old', 'new']) await kept.get(key, 0, 5000, make);
    expect((await kept.get('new', 0, 5000, make)).body.trim()).toBe('1');
    expect((await kept.get('old', 0, 5000, make)).body.trim()).toBe('2');
  });
});
