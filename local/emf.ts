import { z } from 'zod';

/**
 * One line of the embedded metric format, as a function prints it.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
const Line = z.looseObject({
  _aws: z.object({
    Timestamp: z.number(),
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string(), Unit: z.string().default('None') })),
      }),
    ),
  }),
});

/** What CloudWatch would take from one line for one metric with one set of dimensions. */
export interface Datum {
  readonly namespace: string;
  readonly name: string;
  readonly unit: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly values: readonly number[];
}

const Values = z.union([z.number().transform((value) => [value]), z.array(z.number())]);

export const isEmf = (line: string): boolean => line.startsWith('{"_aws":');

/** @throws {SyntaxError | z.ZodError} where CloudWatch would drop the line. */
export function readEmf(line: string): Datum[] {
  const { _aws: header, ...members } = Line.parse(JSON.parse(line));
  return header.CloudWatchMetrics.flatMap(({ Namespace: namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) => {
      const dimensions = Object.fromEntries(names.map((name) => [name, z.string().parse(members[name])]));
      return Metrics.map(({ Name: name, Unit: unit }) => ({
        namespace,
        name,
        unit,
        dimensions,
        values: Values.parse(members[name]),
      }));
    }),
  );
}
