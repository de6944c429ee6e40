/** What an audit trail is checked for. */
export const auditRules = {
  chain: 'every entry begins where the one before it ended',
  signed: 'every change says who made it',
  'audited event': 'its trail makes the event',
  'audited booking': 'its trail makes the booking',
  'audited waitlist': 'its trail makes the waitlist entry',
  'audited inventory': 'what trails make of events, bookings and waitlists makes the shards',
} as const;
export type AuditRule = keyof typeof auditRules;

export interface AuditFinding {
  rule: AuditRule;
  where: string;
  message: string;
}
export interface AuditReport {
  /** How often each rule was applied. A rule that was never applied has shown nothing. */
  checked: Record<AuditRule, number>;
  findings: AuditFinding[];
  omitted: number;
}
/** Notes that a rule was applied, and a finding where it does not hold. */
export type AuditVerdicts = (rule: AuditRule, holds: boolean, where: string, message: () => string) => void;

/** So that a table which is broken everywhere does not fill the memory. */
const maxFindings = 1_000;

export function createAuditJudge(): { report: AuditReport; verdict: AuditVerdicts } {
  const checked = Object.fromEntries(Object.keys(auditRules).map((rule) => [rule, 0])) as Record<AuditRule, number>;
  const report: AuditReport = { checked, findings: [], omitted: 0 };
  const verdict: AuditVerdicts = (rule, holds, where, message) => {
    checked[rule] += 1;
    if (holds) return;
    if (report.findings.length < maxFindings) report.findings.push({ rule, where, message: message() });
    else report.omitted += 1;
  };
  return { report, verdict };
}
