import type { ZodObject } from 'zod';
import { createDocument, type ZodOpenApiObject, type ZodOpenApiOperationObject } from 'zod-openapi';
import { operations } from '../../functions/api/contract.ts';
import type { AnyOperationText } from '../../functions/api/docs/operation-text.ts';
import { groupTexts, operationTexts } from '../../functions/api/docs/operation-texts.ts';
import { problemExample } from '../../functions/api/docs/problem-examples.ts';
import { type Auth, errorsOf } from '../../functions/api/operation.ts';
import { problems } from '../../functions/api/problems.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { tooManyRequests } from './gateway.ts';
import { headerComponents, parameterComponents, requestHeaderRefs } from './headers.ts';
import { introduction } from './introduction.ts';
import { describeParameter } from './parameters.ts';
import { responsesOf } from './responses.ts';
import { overrideSchema } from './schemas.ts';
import { securitySchemes } from './security-schemes.ts';

type Line = (typeof operations)[number];

const textOf = (operation: Line): AnyOperationText => operationTexts[operation.operationId];

/** The OpenAPI document of the contract as text, ready to be written. The same contract makes the same bytes. */
export function openApiText(): string {
  const generated = { 'x-generated-by': 'npm run openapi, from functions/api/contract.ts. Do not edit.' };
  return `${JSON.stringify({ ...generated, ...openApiDocument() }, null, 2)}\n`;
}

export function openApiDocument() {
  const document = createDocument(
    {
      openapi: '3.1.1',
      info: {
        title: 'Evently',
        version: packageJson.version,
        description: introduction,
        contact: { name: 'The Evently operators' },
        license: { name: packageJson.license, identifier: packageJson.license },
      },
      servers: [{ url: '/', description: 'The service that this document comes from.' }],
      tags: Object.entries(groupTexts).map(([name, description]) => ({ name, description })),
      paths: pathsOf(),
      components: components(),
    },
    { override: overrideSchema },
  );
  for (const operation of operations) describeParameters(document, operation);
  const schemas = Object.entries(document.components?.schemas ?? {}).sort(([one], [other]) => (one < other ? -1 : 1));
  return { ...document, components: { ...document.components, schemas: Object.fromEntries(schemas) } };
}

function pathsOf(): NonNullable<ZodOpenApiObject['paths']> {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const operation of operations) {
    paths[operation.path] ??= {};
    Object.assign(paths[operation.path] ?? {}, { [operation.method.toLowerCase()]: operationOf(operation) });
  }
  return paths;
}

function operationOf(operation: Line): ZodOpenApiOperationObject {
  const { operationId, group, params, query, body } = operation;
  const text = textOf(operation);
  return {
    operationId,
    tags: [group],
    summary: text.summary,
    description: text.description,
    security: securityOf(operation.auth),
    parameters: requestHeaderRefs(operation),
    requestParams: {
      ...(params && { path: params as ZodObject }),
      ...(query && { query: query as ZodObject }),
    },
    ...(body && {
      requestBody: { required: true, content: { 'application/json': { schema: body, example: text.body } } },
    }),
    responses: responsesOf(operation, text),
  };
}

function securityOf(auth: Auth) {
  return auth === 'public' ? [] : [{ [auth]: [] }];
}

function components(): NonNullable<ZodOpenApiObject['components']> {
  const codes = new Set(operations.flatMap((operation) => errorsOf(operation)));
  return {
    examples: Object.fromEntries(
      [...codes].map((code) => [code, { summary: problems[code].title, value: problemExample(code) }]),
    ),
    headers: headerComponents,
    parameters: parameterComponents,
    responses: { TooManyRequests: tooManyRequests },
    securitySchemes,
  };
}

/** Fills in what the schemas, which operations share, cannot say. */
function describeParameters(document: ReturnType<typeof createDocument>, operation: Line): void {
  const method = operation.method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete';
  for (const parameter of document.paths?.[operation.path]?.[method]?.parameters ?? []) {
    if ('name' in parameter) describeParameter(parameter, textOf(operation));
  }
}
