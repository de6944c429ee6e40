import type { ZodOpenApiSecuritySchemeObject } from 'zod-openapi';
import type { Auth } from '../../functions/api/operation.ts';

export const securitySchemes: Readonly<Record<Exclude<Auth, 'public'>, ZodOpenApiSecuritySchemeObject>> = {
  user: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'The `accessToken` of `POST /auth/login`. An ID token is refused.',
  },
  organizer: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'The `accessToken` of a user with the role `organizers`.',
  },
  iam: {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description:
      'AWS Signature Version 4, service `execute-api`, of an IAM principal that the managed policy `EventlyAdmin` is ' +
      'attached to.',
    'x-amazon-apigateway-authtype': 'awsSigv4',
  },
};
