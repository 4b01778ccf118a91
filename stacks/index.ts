import { program } from "./program";

/** What `pulumi up` runs; the outputs are the stack's. */
export = program;
