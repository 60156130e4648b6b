import protobuf from 'protobufjs';

/** xds/data/orca/v3/orca_load_report.proto, without its validation rules. */
export const ORCA_LOAD_REPORT_PROTO = `
  syntax = "proto3";
  package xds.data.orca.v3;
  message OrcaLoadReport {
    double cpu_utilization = 1;
    double mem_utilization = 2;
    uint64 rps = 3 [deprecated = true];
    map<string, double> request_cost = 4;
    map<string, double> utilization = 5;
    double rps_fractional = 6;
    double eps = 7;
    map<string, double> named_metrics = 8;
    double application_utilization = 9;
  }
`;

/** xds/service/orca/v3/orca.proto: the request. */
export const ORCA_REQUEST_PROTO = `
  syntax = "proto3";
  package xds.service.orca.v3;
  message Duration {
    int64 seconds = 1;
    int32 nanos = 2;
  }
  message OrcaLoadReportRequest {
    Duration report_interval = 1;
    repeated string request_cost_names = 2;
  }
`;

export const OrcaLoadReportType = protobuf
  .parse(ORCA_LOAD_REPORT_PROTO)
  .root.lookupType('xds.data.orca.v3.OrcaLoadReport');

export const OrcaLoadReportRequestType = protobuf
  .parse(ORCA_REQUEST_PROTO)
  .root.lookupType('xds.service.orca.v3.OrcaLoadReportRequest');
