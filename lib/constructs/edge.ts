import { Duration, Fn, Validations } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate, type ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  type BehaviorOptions,
  CacheCookieBehavior,
  CacheHeaderBehavior,
  CachePolicy,
  CacheQueryStringBehavior,
  Distribution,
  Function as EdgeFunction,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HttpVersion,
  type IOrigin,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  OriginSslPolicy,
  ResponseHeadersPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { Construct } from 'constructs';
import { operations } from '../../functions/api/contract.ts';
import { edgePaths } from '../edge-paths.ts';
import type { Settings } from '../settings.ts';
import type { EdgeKeys } from './edge-keys.ts';

export interface EdgeProps {
  readonly api: HttpApi;
  readonly keys: EdgeKeys;
  readonly webAclArn: string | undefined;
  readonly settings: Pick<Settings, 'stage' | 'edgeDomain' | 'edgeCertificateArn'>;
}

/**
 * Tells functions who asks, because API Gateway sees only CloudFront's address. It replaces what a client says.
 * CloudFront's own header for it cannot be asked for together with all of the viewer's except Host. In brackets,
 * because the end of an IPv6 address looks like a port.
 */
const tellViewerAddress = `function handler(event) {
  const request = event.request;
  request.headers['x-viewer-address'] = { value: '[' + event.viewer.ip + ']' };
  return request;
}
`;

/** CloudFront in front of the API, behind a firewall. It caches what the contract lets it, and nothing else. */
export class Edge extends Construct {
  /** Without a slash at its end. */
  public readonly url: string;

  /** @throws {RangeError} without a firewall. */
  constructor(scope: Construct, id: string, { api, keys, webAclArn, settings }: EdgeProps) {
    super(scope, id);
    const { stage, edgeDomain } = settings;
    if (!webAclArn) throw new RangeError('The edge has to have a firewall.');

    const origin = new HttpOrigin(Fn.select(2, Fn.split('/', api.apiEndpoint)), {
      protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
      originSslProtocols: [OriginSslPolicy.TLS_V1_2],
      // As long as API Gateway waits for a function.
      readTimeout: Duration.seconds(30),
      keepaliveTimeout: Duration.seconds(60),
      customHeaders: { 'x-origin-verify': keys.current },
    }) as IOrigin;
    const passed = this.passed(origin);
    const cached = this.cached(origin);
    const paths = edgePaths(operations).map(({ pattern, isCached }) => [pattern, isCached ? cached : passed] as const);

    const distribution = new Distribution(this, 'Distribution', {
      comment: `Evently ${stage}`,
      defaultBehavior: passed,
      additionalBehaviors: Object.fromEntries(paths),
      httpVersion: HttpVersion.HTTP2_AND_3,
      webAclId: webAclArn,
      ...this.certified(settings),
    });
    Validations.of(distribution).acknowledge(
      { id: 'AwsSolutions-CFR1', reason: 'Tickets are sold to people in every country.' },
      {
        id: 'AwsSolutions-CFR3',
        reason: 'The API logs what gets through and the firewall what does not; reads from the cache are not logged.',
      },
    );
    if (!edgeDomain) {
      Validations.of(distribution).acknowledge({
        id: 'AwsSolutions-CFR4',
        reason:
          'The certificate of cloudfront.net comes with its own list; the setting edgeDomain brings TLS 1.2 and up.',
      });
    }
    this.url = `https://${edgeDomain ?? distribution.distributionDomainName}`;
  }

  /** For whoever asks: all that the viewer sends goes on, except the host, by which API Gateway finds the API. */
  private passed(origin: IOrigin): BehaviorOptions {
    const viewerAddress = new EdgeFunction(this, 'ViewerAddress', {
      code: FunctionCode.fromInline(tellViewerAddress),
      runtime: FunctionRuntime.JS_2_0,
      comment: 'Tells the API who asks',
    });
    return {
      ...shared,
      origin,
      cachePolicy: CachePolicy.CACHING_DISABLED,
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      functionAssociations: [{ function: viewerAddress, eventType: FunctionEventType.VIEWER_REQUEST }],
    };
  }

  /** For everybody alike: neither Authorization nor a cookie goes on, so no answer can depend on who asks. */
  private cached(origin: IOrigin): BehaviorOptions {
    const cachePolicy = new CachePolicy(this, 'ByCacheControl', {
      comment: 'As long as Cache-Control says, and no longer',
      minTtl: Duration.seconds(0),
      // Of an answer that does not say.
      defaultTtl: Duration.seconds(0),
      maxTtl: Duration.days(1),
      headerBehavior: CacheHeaderBehavior.none(),
      cookieBehavior: CacheCookieBehavior.none(),
      // Those that are not known are refused, and a refusal is not kept.
      queryStringBehavior: CacheQueryStringBehavior.all(),
      enableAcceptEncodingGzip: true,
      enableAcceptEncodingBrotli: true,
    });
    return { ...shared, origin, cachePolicy };
  }

  private certified({ edgeDomain, edgeCertificateArn }: EdgeProps['settings']) {
    if (!edgeDomain || !edgeCertificateArn) return {};
    const certificate = Certificate.fromCertificateArn(this, 'Certificate', edgeCertificateArn) as ICertificate;
    return {
      domainNames: [edgeDomain],
      certificate,
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
    };
  }
}

const shared = {
  allowedMethods: AllowedMethods.ALLOW_ALL,
  viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
  responseHeadersPolicy: ResponseHeadersPolicy.SECURITY_HEADERS,
  compress: true,
} satisfies Partial<BehaviorOptions>;
