import { nobleSym } from "../../sdk/sym/noble.ts"
import { symLaws } from "./sym-laws.ts"

symLaws("noble", nobleSym)
