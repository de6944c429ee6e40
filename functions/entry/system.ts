import { getDocs } from '../api/get-docs.ts';
import { getDocsAsset } from '../api/get-docs-asset.ts';
import { getLiveness } from '../api/get-liveness.ts';
import { getOpenApi } from '../api/get-open-api.ts';
import { getProblem } from '../api/get-problem.ts';
import { getReadiness } from '../api/get-readiness.ts';
import { getService } from '../api/get-service.ts';
import { unknownRoute } from '../api/unknown-route.ts';
import { httpHandler } from '../shared/http-handler.ts';

/** This function also stands behind the `$default` route. */
export const handler = httpHandler(
  'system',
  { getService, getLiveness, getReadiness, getOpenApi, getDocs, getDocsAsset, getProblem },
  { fallback: unknownRoute },
);
