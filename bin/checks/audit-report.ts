import * as z from 'zod';

const severities = ['info', 'low', 'moderate', 'high', 'critical'] as const;

const Report = z.object({
  auditReportVersion: z.literal(2),
  vulnerabilities: z.record(z.string(), z.object({ severity: z.enum(severities), range: z.string() })),
  metadata: z.object({ vulnerabilities: z.object({ total: z.int().min(0) }) }),
});
const Failure = z.object({ message: z.string().min(1) });

export type Verdict =
  | { readonly kind: 'clean' }
  | { readonly kind: 'vulnerable'; readonly findings: readonly string[] }
  /** The registry did not say. */
  | { readonly kind: 'unknown'; readonly reason: string };

/**
 * What `npm audit --json` found. Its exit status does not tell: it is 1 for a vulnerability and for a registry that
 * does not answer, and 0 for an answer that is no report.
 */
export function readAudit(printed: string): Verdict {
  const json = parse(printed);
  const { success, data: report } = Report.safeParse(json);
  if (!success) {
    const failure = Failure.safeParse(json);
    return { kind: 'unknown', reason: failure.data?.message ?? 'npm printed no report' };
  }
  const findings = Object.entries(report.vulnerabilities).map(
    ([name, { severity, range }]) => `${name} ${range}: ${severity}`,
  );
  if (findings.length === 0 && report.metadata.vulnerabilities.total === 0) return { kind: 'clean' };
  return { kind: 'vulnerable', findings };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
