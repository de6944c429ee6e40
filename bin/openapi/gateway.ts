import * as z from 'zod';
import type { ZodOpenApiResponseObject } from 'zod-openapi';
import type { Auth } from '../../functions/api/operation.ts';

const GatewayMessage = z
  .object({ message: z.string() })
  .meta({ id: 'GatewayMessage', description: 'Body of a refusal by API Gateway itself' });

function refusal(description: string, message: string): ZodOpenApiResponseObject {
  return { description, content: { 'application/json': { schema: GatewayMessage, example: { message } } } };
}

/** Of every operation. */
export const tooManyRequests = refusal('API Gateway: more requests than the stage lets through.', 'Too Many Requests');

/** Authorizers of API Gateway answer by themselves, before a function runs: statuses with their answers. */
export function gatewayAnswers(auth: Auth): [number, ZodOpenApiResponseObject][] {
  if (auth === 'public') return [];
  if (auth === 'iam') {
    const description = 'API Gateway: the signature is missing or wrong, or no policy permits the call.';
    return [[403, refusal(description, 'Forbidden')]];
  }
  return [
    [401, refusal('API Gateway: the token is missing, forged or expired.', 'Unauthorized')],
    [403, refusal('API Gateway: the token is no access token, such as an ID token.', 'Forbidden')],
  ];
}
