import { problems } from '../problems.ts';
import type { TextsOf } from './operation-texts.ts';

export const systemTexts: TextsOf<'system'> = {
  getService: {
    summary: 'Name, version and entry points of the service',
    description:
      'A good first request: the links lead to this reference, its document, the health page and the events.',
    answers: {
      200: {
        description: 'The service.',
        example: {
          name: 'evently',
          version: '0.1.0',
          links: { docs: '/docs', openapi: '/openapi.json', health: '/health/ready', events: '/events' },
        },
      },
    },
  },
  getLiveness: {
    summary: 'Is the service running?',
    description: 'Answers without looking at anything else. Use it to see whether requests arrive at all.',
    answers: { 200: { description: 'It runs.', example: { status: 'ok' } } },
  },
  getReadiness: {
    summary: 'Can the service do its work?',
    description:
      'Asks the table and the user pool, each for two seconds at most, and names the part that does not answer. ' +
      'Why it does not is in the log only. The result may be one second old.',
    answers: {
      200: {
        description: 'Every part answers.',
        example: { status: 'ready', parts: { table: 'ok', queues: 'ok', userPool: 'ok' } },
      },
      503: {
        description: 'At least one part does not answer: it is `failed`.',
        example: { status: 'not-ready', parts: { table: 'ok', queues: 'ok', userPool: 'failed' } },
      },
    },
  },
  getOpenApi: {
    summary: 'This document',
    description:
      'The OpenAPI 3.1 description of every operation, made from the same contract that the routes are made of.',
    answers: {
      200: {
        description: 'An OpenAPI 3.1 document.',
        example: { openapi: '3.1.1', info: { title: 'Evently', version: '0.1.0' }, paths: {} },
      },
    },
  },
  getDocs: {
    summary: 'The API reference as a page',
    description:
      'For a browser: every operation with its examples, and a form to send it. ' +
      'The page loads nothing from outside the API. IAM operations need a signature, which a browser page cannot make.',
    answers: { 200: { description: 'An HTML page.', example: '<!doctype html>\n<html lang="en">…</html>\n' } },
  },
  getDocsAsset: {
    summary: 'A file of the reference page',
    description:
      'Scripts, styles and the icon of `/docs`. Compressed where the client accepts gzip; cacheable for a day.',
    params: { asset: 'swagger-ui.css' },
    answers: {
      200: { description: 'The file, with its own media type.' },
      304: { description: 'The file that `If-None-Match` names is the current one.' },
    },
  },
  getProblem: {
    summary: 'What an error means and what to do about it',
    description: 'The page that `type` of every error leads to.',
    params: { code: 'sold-out' },
    answers: {
      200: { description: 'The error, explained.', example: { code: 'sold-out', ...problems['sold-out'] } },
    },
  },
};
