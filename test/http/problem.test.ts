import { describe, expect, it } from 'vitest';
import { statusOfProblem, viewProblem } from '../../src/http/problem.ts';
import { Problem, type ProblemType } from '../../src/model/problem.ts';

describe('viewProblem', () => {
  it('has the members of RFC 9457', () => {
    expect(viewProblem(new Problem('unknown-node', 'no node "a" is known'))).toEqual({
      type: 'urn:aks-fleet-prober:unknown-node',
      title: 'Not found',
      status: 404,
      detail: 'no node "a" is known',
    });
  });

  it('says nothing of where the problem arose, nor when to ask again', () => {
    expect(Object.keys(viewProblem(new Problem('azure', 'expected Azure to answer', 30)))).toEqual(['type', 'title', 'status', 'detail']);
  });
});

describe('statusOfProblem', () => {
  it.each<[ProblemType, number, string]>([
    ['bad-limit', 400, 'Bad request'],
    ['bad-whatever-comes', 400, 'Bad request'],
    ['unknown-parameter', 400, 'Bad request'],
    ['out-of-scope', 403, 'Forbidden'],
    ['excluded', 403, 'Forbidden'],
    ['unknown-cluster', 404, 'Not found'],
    ['no-sweep', 404, 'Not found'],
    ['ambiguous-node', 409, 'Conflict'],
    ['body-too-large', 413, 'Body too large'],
    ['not-json', 415, 'Unsupported media type'],
    ['too-many-searches', 429, 'Too many requests'],
    ['internal', 500, 'Internal error'],
    ['search-too-long', 503, 'Unavailable'],
    ['azure', 503, 'Unavailable'],
  ])('answers %s with %i, %s', (type, status, title) => {
    expect(statusOfProblem({ type })).toEqual({ status, title });
  });
});
