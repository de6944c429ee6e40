/** What a worker needs to become one instance of a function. */
export interface InstanceData {
  readonly functionName: string;
  readonly functionArn: string;
  readonly memoryMb: number;
  /** Directory of the bundle. */
  readonly codeDirectory: string;
  /** As in the template, such as `index.handler`. */
  readonly handler: string;
  readonly logFile: string;
}

/** From the stack to an instance: one invocation. The event is JSON, as it is for Lambda. */
export interface InvokeMessage {
  readonly requestId: string;
  readonly event: string;
  /** Epoch milliseconds at which the invocation is cut off. */
  readonly deadline: number;
}

/** From an instance to the stack. */
export type InstanceMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly payload: string }
  | { readonly kind: 'failure'; readonly message: string }
  | { readonly kind: 'log'; readonly line: string };
