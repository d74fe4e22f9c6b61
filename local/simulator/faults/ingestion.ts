import { ofLayer } from './fault.ts';

/** Faults of the ingestion endpoint of Application Insights. */
export const ingestionFaults = ofLayer('ingestion', {
  'ingestion-down': { scopes: ['ingestion'], verdict: 'none', sentence: 'Application Insights answers 503.' },
  'ingestion-partial': {
    scopes: ['ingestion'],
    verdict: 'none',
    sentence: 'Application Insights accepts every second item: 206.',
  },
  'ingestion-redirect': {
    scopes: ['ingestion'],
    verdict: 'none',
    sentence: 'Application Insights redirects to a stamp, which accepts everything: 308.',
  },
});
