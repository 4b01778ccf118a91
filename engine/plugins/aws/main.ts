import { serveMain } from "./service";

void serveMain();
