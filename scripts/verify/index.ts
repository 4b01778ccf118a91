export { EndpointError } from "./client";
export { SmokeCheck, SmokeReport, renderCheck, renderReport, renderReportJson } from "./report";
export { SmokeArgs, smoke } from "./smoke";
