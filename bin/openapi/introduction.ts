import { limits } from '../../functions/domain/limits.ts';

/** What is true of all operations, as the first section of the reference. */
export const introduction = `Evently sells tickets for events: nobody gets a seat that does not exist, and no seat is lost.

**Signing in.** \`POST /auth/login\` gives an access token; send it as \`Authorization: Bearer <token>\`. Organizers need the role \`organizers\`. Administrators sign their requests with AWS Signature Version 4, service \`execute-api\`, as an IAM principal with the managed policy \`EventlyAdmin\`.

**Bodies** are JSON of at most ${limits.bodyBytes / 1024} KiB. Fields that are not described are refused, never ignored. Responses may gain fields. Times are RFC 3339 in UTC with milliseconds; money is a whole number in the currency's minor unit.

**Errors** are \`application/problem+json\` (RFC 9457). \`code\` is stable and made for programs; \`type\` leads to a page that says what it means and what to do; \`instance\` is the request id. An unknown path is \`not-found\`, a known path with another method \`method-not-allowed\` with \`Allow\`. Where API Gateway itself refuses a request, for a bad token, a missing signature or too many requests, the body is its own \`{"message": "…"}\`.

**Idempotency.** Operations that take an \`Idempotency-Key\` keep their first answer for 24 hours: the same request with the same key gets the same status and body again, with \`Idempotency-Replayed: true\`. Keys belong to their caller. Validation errors and 503 are not kept.

**Pages.** A list answers \`{items, nextCursor?}\`. Send \`nextCursor\` as \`cursor\`, with the same filters, for the next page; the last page has none. A page may hold fewer items than \`limit\`.

**Versions.** \`ETag\` names the version of a resource. \`If-Match\` makes a change conditional on it, \`If-None-Match\` a read.`;
