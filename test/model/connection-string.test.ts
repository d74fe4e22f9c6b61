import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConnectionString } from '../../src/model/connection-string.ts';

const key = '00000000-1111-4222-8333-444444444444';

describe('parseConnectionString', () => {
  it('reads what the portal shows', () => {
    const text = `InstrumentationKey=${key};IngestionEndpoint=https://westeurope-5.in.applicationinsights.azure.com/;LiveEndpoint=https://westeurope.livediagnostics.monitor.azure.com/;ApplicationId=x`;
    expect(parseConnectionString(text)).toEqual({
      instrumentationKey: key,
      ingestionEndpoint: 'https://westeurope-5.in.applicationinsights.azure.com/',
      audience: 'https://monitor.azure.com',
    });
  });

  it('reads keys in any case and order, with spaces and empty parts between', () => {
    const parts = [`INSTRUMENTATIONKEY = ${key}`, 'ingestionEndpoint=https://a.example', 'AadAudience=https://monitor.azure.us', ' ', ''];
    fc.assert(
      fc.property(fc.shuffledSubarray(parts, { minLength: parts.length }), (order) => {
        expect(parseConnectionString(order.join(';'))).toEqual({
          instrumentationKey: key,
          ingestionEndpoint: 'https://a.example/',
          audience: 'https://monitor.azure.us',
        });
      }),
    );
  });

  it('goes to the global endpoint where none is named', () => {
    expect(parseConnectionString(`InstrumentationKey=${key}`)).toMatchObject({
      ingestionEndpoint: 'https://dc.services.visualstudio.com/',
    });
  });

  it.each([
    ['', 'expected an InstrumentationKey in the connection string, got none'],
    ['InstrumentationKey=', 'expected an InstrumentationKey in the connection string, got none'],
    [key, `expected "Key=Value;…" as copied from the Application Insights resource, got the part "${key}"`],
    [`InstrumentationKey=${key};=x`, 'expected "Key=Value;…" as copied from the Application Insights resource, got the part "=x"'],
    [`InstrumentationKey=${key};IngestionEndpoint=http://a.example/`, 'expected an https IngestionEndpoint, got "http://a.example/"'],
    [`InstrumentationKey=${key};IngestionEndpoint=a.example`, 'expected an https IngestionEndpoint, got "a.example"'],
  ])('says what is wrong with "%s"', (text, message) => {
    expect(parseConnectionString(text)).toBe(message);
  });

  it('gives a target with an https endpoint that ends in a slash, or a sentence, for any text', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(`InstrumentationKey=${key}`, 'IngestionEndpoint=https://a.example/b', 'IngestionEndpoint=ftp://x'),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const read = parseConnectionString(pieces.join(';'));
        if (typeof read === 'string') expect(read).toMatch(/^expected /);
        else expect(read.ingestionEndpoint).toMatch(/^https:.*\/$/);
      }),
    );
  });
});
