import { describe, expect, it } from 'vitest';
import { HttpProblem, problemBody } from '../../src/http/problem.ts';

describe('problemBody', () => {
  it('has the members of RFC 9457', () => {
    expect(problemBody(new HttpProblem(404, 'unknown-node', 'no node "a" is known'))).toEqual({
      type: 'urn:aks-fleet-prober:unknown-node',
      title: 'Not found',
      status: 404,
      detail: 'no node "a" is known',
    });
  });

  it.each([
    [400, 'Bad request'],
    [500, 'Internal error'],
    [503, 'Unavailable'],
    [418, 'Error'],
  ])('titles %i "%s"', (status, title) => {
    expect(problemBody(new HttpProblem(status, 'any', '')).title).toBe(title);
  });

  it('says nothing of where the problem arose', () => {
    const problem = new HttpProblem(400, 'bad-limit', 'expected limit to be a number');
    expect(Object.keys(problemBody(problem))).toEqual(['type', 'title', 'status', 'detail']);
    expect(problem).toBeInstanceOf(Error);
    expect(problem.name).toBe('HttpProblem');
  });
});
