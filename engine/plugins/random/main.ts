import { serveMain } from "../../provider/serve";
import { random } from "./definition";

void serveMain(random);
