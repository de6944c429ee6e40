import { type AuditEntry, actorText } from '../domain/audit.ts';
import { limits } from '../domain/limits.ts';
import { prefers } from '../shared/accept.ts';
import { csvAnswer, csvLine } from '../shared/csv.ts';
import { type CursorScope, decodeCursor, encodeCursor } from '../shared/cursor.ts';
import { pageOf } from '../shared/page.ts';
import { listTrail } from '../store/audit-store.ts';
import type { Handler, RequestOf, ResponseOf } from './request.ts';

type Request = RequestOf<'listAuditTrail'>;
type Response = ResponseOf<'listAuditTrail'>;

/** Who changed what, newest first: a page, or for who wants CSV as many rows as one answer should hold. */
export const listAuditTrail: Handler<'listAuditTrail'> = async (request) => {
  const { query, caller, headers } = request;
  const scope = ['listAuditTrail', caller.callerId, query.entity];
  if (prefers(headers.accept, 'text/csv', 'application/json')) return csvOf(request, scope);
  const page = { ...query, limit: query.limit ?? limits.defaultPageItems };
  const body = await pageOf(
    page,
    scope,
    (wanted) => listTrail(query.entity, wanted),
    (entries) => entries,
  );
  return { status: 200, body, headers: { vary: 'accept' } };
};

const columns = ['at', 'kind', 'change', 'entity', 'by', 'eventId', 'userId', 'tierId', 'seq', 'before', 'after'];

function lineOf(entry: AuditEntry): string {
  const { at, kind, change, entity, by, eventId, userId, tierId, seq } = entry;
  const [before, after] = [entry.before, entry.after].map((values) => values && JSON.stringify(values));
  return csvLine([at, kind, change, entity, by && actorText(by), eventId, userId, tierId, seq, before, after]);
}

/** Where it is cut, the header Link leads to the rest. */
async function csvOf({ query, path, remainingMs }: Request, scope: CursorScope): Promise<Response> {
  const rows = query.limit ?? limits.auditCsvRows;
  const lines = [csvLine(columns)];
  let position = query.cursor === undefined ? undefined : decodeCursor(scope, query.cursor);
  do {
    const limit = Math.min(limits.pageItems, rows + 1 - lines.length);
    const page = await listTrail(query.entity, { limit, after: position });
    lines.push(...page.items.map(lineOf));
    position = page.position;
  } while (position !== undefined && lines.length <= rows && remainingMs() > 0);
  const next = position !== undefined && {
    path,
    query: { entity: query.entity, limit: query.limit?.toString(), cursor: encodeCursor(scope, position) },
  };
  return csvAnswer({ lines, name: `audit-${query.entity}`, ...(next && { next }) });
}
