/**
 * The course of a Program within WebAssembly: its routines' code is in memory as data, and so is where a run stands; a step goes on from there. It branches
 * and addresses by that code alone, never by what a block has computed.
 */
import { code } from "./program.ts"
import { Assembly, memory, op, type } from "./wasm-emit.ts"
import { frame, FRAME, pushed, type CoursePlaces } from "./wasm-frames.ts"

/** Functions that a course calls. */
export interface CourseFunctions {
  readonly enter: number
  readonly copy: number
  readonly pick: number
  readonly read: number
  readonly write: number
}

/** Products of Fp to do; answers 0 when the run is at its end, 1 when not, 2 when an element of the input is p or more. */
export function step(p: CoursePlaces, n: CourseFunctions): Assembly {
  return new Stepper(p, n).assembled()
}

class Stepper {
  readonly p: CoursePlaces
  readonly n: CourseFunctions
  readonly f: Assembly
  readonly fp: number
  readonly at: number
  readonly spent: number
  readonly over: number
  /** What stands after the opcode, and locals of an instruction's own. */
  readonly a: number
  readonly b: number
  readonly c: number
  readonly k: number
  readonly x: number
  constructor(p: CoursePlaces, n: CourseFunctions) {
    const f = new Assembly(1, 1)
    const own = f.many(type.I32, 9)
    this.p = p
    this.n = n
    this.f = f
    this.fp = own[0]!
    this.at = own[1]!
    this.spent = own[2]!
    this.over = own[3]!
    this.a = own[4]!
    this.b = own[5]!
    this.c = own[6]!
    this.k = own[7]!
    this.x = own[8]!
  }
  load(field: number): void {
    this.f.get(this.fp)
    this.f.at(memory.I32_LOAD, field)
  }
  store(field: number, value: () => void): void {
    this.f.get(this.fp)
    value()
    this.f.at(memory.I32_STORE, field)
  }
  octet(address: number, offset: number): void {
    this.f.get(address)
    this.f.at(memory.I32_LOAD8_U, offset)
  }
  sum(local: number, value: () => void): void {
    this.f.get(local)
    value()
    this.f.do(op.I32_ADD)
  }
  add(local: number, value: () => void): void {
    this.sum(local, value)
    this.f.set(local)
  }
  /** The address of the slot whose number is on the stack. */
  slot(): void {
    this.f.i32(this.p.width)
    this.f.do(op.I32_MUL)
    this.f.i32(this.p.slots)
    this.f.do(op.I32_ADD)
  }
  times(local: number, other: number): void {
    this.f.get(local)
    this.f.i32(other)
    this.f.do(op.I32_MUL)
  }
  isOp(value: number, then: () => void, otherwise: () => void): void {
    this.f.get(this.x)
    this.f.i32(value)
    this.f.do(op.I32_EQ)
    this.f.when(then, otherwise)
  }
  answer(value: number): void {
    this.f.i32(value)
    this.f.do(op.RETURN)
  }
  assembled(): Assembly {
    const f = this.f
    f.forever(() => {
      f.get(this.spent)
      f.get(0)
      f.do(op.I32_GE_U)
      f.when(() => this.answer(1), () => undefined)
      f.i32(this.p.state)
      f.at(memory.I32_LOAD, 0)
      f.set(this.fp)
      this.load(frame.AT)
      f.tee(this.at)
      this.load(frame.STOP)
      f.do(op.I32_LT_U)
      f.when(() => this.instruction(), () => this.end())
    })
    return f
  }
  /** The end of a stretch: the second half of a walk, its next digit, the next time, or the frame below. */
  end(): void {
    const f = this.f
    this.load(frame.STOP)
    this.load(frame.MIDDLE)
    f.do(op.I32_EQ)
    this.load(frame.MIDDLE)
    this.load(frame.TO)
    f.do(op.I32_LT_U)
    f.do(op.I32_AND)
    f.set(this.x)
    this.isOp(1, () => {
      // only walks have a second half
      this.load(frame.DIGITS)
      this.load(frame.ROUND)
      f.do(op.I32_ADD)
      f.at(memory.I32_LOAD8_U, 0)
      f.set(this.x)
    }, () => undefined)
    f.get(this.x)
    f.when(() => this.store(frame.STOP, () => this.load(frame.TO)), () => this.again())
  }
  again(): void {
    const f = this.f
    this.store(frame.ROUND, () => {
      this.load(frame.ROUND)
      f.i32(1)
      f.do(op.I32_ADD)
    })
    this.store(frame.AT, () => this.load(frame.FROM))
    this.store(frame.STOP, () => this.load(frame.MIDDLE))
    this.load(frame.ROUND)
    this.load(frame.TIMES)
    f.do(op.I32_GE_U)
    f.when(() => {
      f.i32(this.p.state)
      f.get(this.fp)
      f.i32(FRAME)
      f.do(op.I32_SUB)
      f.tee(this.fp)
      f.at(memory.I32_STORE, 0)
      f.get(this.fp)
      f.i32(this.p.frames)
      f.do(op.I32_EQ)
      f.when(() => this.answer(0), () => undefined)
    }, () => undefined)
  }
  instruction(): void {
    const f = this.f
    const fields = [this.x, this.a, this.b, this.c]
    for (let i = 0; i < 4; i++) {
      this.octet(this.at, i)
      f.set(fields[i]!)
    }
    const choice = (list: readonly (readonly [number, () => void])[], i: number): void => {
      if (i === list.length - 1) list[i]![1]()
      else this.isOp(list[i]![0], list[i]![1], () => choice(list, i + 1))
    }
    choice([
      [code.CALL1, () => this.call(1)],
      [code.CALL2, () => this.call(2)],
      [code.COPY, () => this.copy()],
      [code.TAKE, () => this.take()],
      [code.PICK, () => this.pick()],
      [code.WALK, () => this.walk()],
      [code.REPEAT, () => this.repeat()],
      [code.ROUTINE, () => this.routine()],
      [code.READ, () => this.stream(4)],
      [code.WRITE, () => this.stream(8)],
    ], 0)
  }
  /** The instruction has so many octets. */
  went(octets: number): void {
    this.store(frame.AT, () => this.sum(this.at, () => this.f.i32(octets)))
  }
  call(degree: number): void {
    const f = this.f
    // k runs over the operands, over is the address of the block's row
    this.times(this.a, 8)
    f.set(this.over)
    f.i32(0)
    f.set(this.k)
    f.whileTrue(() => {
      f.get(this.k)
      this.octet(this.over, this.p.blocks)
      f.do(op.I32_LT_U)
    }, () => {
      this.times(this.k, 4)
      this.sum(this.at, () => f.get(this.k))
      f.at(memory.I32_LOAD8_U, 2)
      f.i32(degree)
      f.do(op.I32_MUL)
      this.slot()
      f.at(memory.I32_STORE, this.p.operands)
      this.add(this.k, () => f.i32(1))
    })
    this.store(frame.AT, () => {
      this.sum(this.at, () => f.get(this.k))
      f.i32(2)
      f.do(op.I32_ADD)
    })
    this.add(this.spent, () => this.octet(this.over, this.p.blocks + degree))
    this.load(frame.TOP)
    this.slot()
    this.octet(this.over, this.p.blocks + 2 + degree)
    f.callByPlace()
  }
  copy(): void {
    this.went(4)
    this.moved(() => this.f.get(this.b))
  }
  /** c slots to a on, from those whose number `from` leaves. */
  moved(from: () => void): void {
    this.f.get(this.a)
    this.slot()
    from()
    this.slot()
    this.times(this.c, this.p.width)
    this.f.call(this.n.copy)
  }
  take(): void {
    const f = this.f
    this.went(4)
    // the innermost walk
    f.whileTrue(() => {
      this.load(frame.DIGITS)
      f.do(op.I32_EQZ)
    }, () => this.add(this.fp, () => f.i32(-FRAME)))
    this.moved(() => {
      f.get(this.b)
      this.load(frame.DIGITS)
      this.load(frame.ROUND)
      f.do(op.I32_ADD)
      f.at(memory.I32_LOAD8_U, 0)
      f.get(this.c)
      f.do(op.I32_MUL)
      f.do(op.I32_ADD)
    })
  }
  pick(): void {
    const f = this.f
    this.went(5)
    f.get(this.a)
    this.slot()
    f.get(this.b)
    this.slot()
    this.times(this.c, this.p.width)
    this.octet(this.at, 4)
    this.next(12, 1)
    f.call(this.n.pick)
  }
  /** The address that a word of the state holds, which then goes on by so many octets. */
  next(word: number, octets: number): void {
    const f = this.f
    f.i32(this.p.state)
    f.i32(this.p.state)
    f.at(memory.I32_LOAD, word)
    f.tee(this.over)
    f.i32(octets)
    f.do(op.I32_ADD)
    f.at(memory.I32_STORE, word)
    f.get(this.over)
  }
  /** A frame over what follows: `skip` octets of the instruction, then `first` octets, then `second`; `digits` and `times` leave their words. */
  open(skip: number, first: () => void, second: () => void, digits: () => void, times: () => void): void {
    const f = this.f
    this.load(frame.TOP)
    f.set(this.over)
    this.add(this.at, () => f.i32(skip))
    this.sum(this.at, first)
    f.set(this.k)
    this.sum(this.k, second)
    f.set(this.x)
    this.store(frame.AT, () => f.get(this.x))
    pushed(f, this.p, this.fp)
    this.store(frame.AT, () => f.get(this.at))
    this.store(frame.FROM, () => f.get(this.at))
    this.store(frame.STOP, () => f.get(this.k))
    this.store(frame.MIDDLE, () => f.get(this.k))
    this.store(frame.TO, () => f.get(this.x))
    this.store(frame.DIGITS, digits)
    this.store(frame.TIMES, times)
    this.store(frame.ROUND, () => f.i32(0))
    this.store(frame.TOP, () => f.get(this.over))
  }
  walk(): void {
    const word = (offset: number): void => {
      this.times(this.a, 8)
      this.f.at(memory.I32_LOAD, this.p.exponents + offset)
    }
    this.open(4, () => this.f.get(this.b), () => this.f.get(this.c), () => word(0), () => word(4))
  }
  repeat(): void {
    this.open(3, () => this.f.get(this.b), () => this.f.i32(0), () => this.f.i32(0), () => this.f.get(this.a))
  }
  routine(): void {
    this.went(2)
    this.f.get(this.a)
    this.f.call(this.n.enter)
  }
  /** Elements from the input or to the output, whose address is that word of the state. */
  stream(word: number): void {
    const f = this.f
    const W = this.p.element
    this.went(3)
    this.add(this.spent, () => f.get(this.b))
    f.whileTrue(() => f.get(this.b), () => {
      this.next(word, W)
      f.set(this.over)
      const move = (): void => {
        for (let i = 0; i < W; i += 16) {
          if (word === 4) f.i32(this.p.octets)
          else f.get(this.over)
          if (word === 4) f.get(this.over)
          else f.i32(this.p.octets)
          f.at(memory.V128_LOAD, i)
          f.at(memory.V128_STORE, i)
        }
      }
      if (word === 4) move()
      f.get(this.a)
      this.slot()
      f.call(word === 4 ? this.n.read : this.n.write)
      if (word === 4) {
        f.do(op.I32_EQZ)
        f.when(() => this.answer(2), () => undefined)
      } else move()
      this.add(this.a, () => f.i32(1))
      this.add(this.b, () => f.i32(-1))
    })
  }
}
