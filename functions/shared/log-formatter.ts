import { LogFormatter, LogItem } from '@aws-lambda-powertools/logger';
import type { LogAttributes, UnformattedAttributes } from '@aws-lambda-powertools/logger/types';
import { redact, redactText } from './redact.ts';

/**
 * Lines of JSON that hold no secrets and no personal data. Of an error only what is listed here is told: errors of the
 * SDK carry whole items and requests, and those of parsers pieces of what they could not read.
 */
export class SafeLogFormatter extends LogFormatter {
  override formatAttributes(attributes: UnformattedAttributes, additional: LogAttributes): LogItem {
    const { logLevel, timestamp, message, serviceName, xRayTraceId } = attributes;
    return new LogItem({
      attributes: {
        level: logLevel,
        timestamp: this.formatTimestamp(timestamp),
        message: redactText(message),
        service: serviceName,
        ...(xRayTraceId && { xRayTraceId }),
        ...(redact(additional) as LogAttributes),
      },
    });
  }

  override formatError(error: Error): LogAttributes {
    const { name, message, stack, cause } = error;
    const isParsing = error instanceof SyntaxError;
    return {
      name,
      message: isParsing ? 'a text that cannot be parsed' : redactText(message),
      location: this.getCodeLocation(stack),
      // Its first lines repeat the message.
      stack: stack?.slice(Math.max(0, stack.search(/^ {4}at /m))),
      ...(cause instanceof Error && { cause: this.formatError(cause) }),
      ...told(error),
    };
  }
}

interface ToldOfErrors extends Error {
  readonly code?: unknown;
  readonly $metadata?: { httpStatusCode?: unknown; requestId?: unknown; attempts?: unknown };
  readonly CancellationReasons?: readonly { Code?: unknown }[];
}

function told(error: ToldOfErrors): LogAttributes {
  const { code, $metadata: metadata, CancellationReasons: reasons } = error;
  return {
    ...(typeof code === 'string' && { code }),
    ...(metadata && {
      httpStatusCode: metadata.httpStatusCode,
      awsRequestId: metadata.requestId,
      attempts: metadata.attempts,
    }),
    ...(Array.isArray(reasons) && { cancellationReasons: reasons.map(({ Code }) => Code ?? 'None') }),
  } as LogAttributes;
}
