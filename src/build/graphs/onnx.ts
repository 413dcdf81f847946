import { ProtoWriter } from './protobuf.ts'

/** ONNX element types used here, with TensorProto.DataType numbers and bytes per element. */
export const elementTypes = {
  f32: { code: 1, bytes: 4 },
  u8: { code: 2, bytes: 1 },
  i32: { code: 6, bytes: 4 },
  i64: { code: 7, bytes: 8 },
  f16: { code: 10, bytes: 2 },
} as const
export type ElementType = keyof typeof elementTypes

/** A fixed dimension, or the name of a dynamic one. */
export type Dim = number | string

/** The name of a tensor in the graph. The empty name stands for an omitted optional input. */
export type Value = string

export type Attribute = { float: number } | { int: number } | { ints: readonly number[] } | { text: string }

/** An initializer whose bytes lie in a data file beside the graph. */
export interface ExternalTensor {
  readonly name: Value
  readonly type: ElementType
  readonly dims: readonly number[]
  readonly bytes: number
}

/** Data file and offset of an external tensor. */
export interface Placement {
  readonly file: string
  readonly offset: number
}

interface Node {
  readonly op: string
  readonly domain: string
  readonly name: string
  readonly inputs: readonly Value[]
  readonly outputs: readonly Value[]
  readonly attributes: Readonly<Record<string, Attribute>>
}

interface ValueInfo {
  readonly name: Value
  readonly type: ElementType
  readonly dims: readonly Dim[]
}

interface InlineTensor {
  readonly name: Value
  readonly type: ElementType
  readonly dims: readonly number[]
  readonly data: Uint8Array
}

const contrib = 'com.microsoft'
const opset = 21

/** Operators of ONNX Runtime's own domain. */
const contribOps = new Set([
  'Gelu',
  'GatherBlockQuantized',
  'GroupQueryAttention',
  'MRotaryEmbedding',
  'MatMulNBits',
  'MultiHeadAttention',
  'QuickGelu',
  'RotaryEmbedding',
  'SkipSimplifiedLayerNormalization',
])

/** Builds an ONNX graph: nodes in execution order, small constants inline, weights in external data files. */
export class Graph {
  readonly externals: ExternalTensor[] = []
  private readonly nodes: Node[] = []
  private readonly inputs: ValueInfo[] = []
  private readonly outputs: ValueInfo[] = []
  private readonly inline = new Map<string, InlineTensor>()
  private readonly names = new Set<string>()

  constructor(readonly name: string) {}

  input(name: Value, type: ElementType, dims: readonly Dim[]): Value {
    this.inputs.push({ name: this.claim(name), type, dims })
    return name
  }

  /** Declares an existing value as an output of the graph. */
  output(name: Value, type: ElementType, dims: readonly Dim[]): void {
    this.outputs.push({ name, type, dims })
  }

  /** A weight whose bytes are written to a data file. */
  external(name: Value, type: ElementType, dims: readonly number[]): Value {
    const bytes = dims.reduce((product, dim) => product * dim, elementTypes[type].bytes)
    this.externals.push({ name: this.claim(name), type, dims, bytes })
    return name
  }

  floats(name: Value, values: readonly number[], dims: readonly number[] = [values.length]): Value {
    return this.constant(name, 'f32', dims, new Uint8Array(Float32Array.from(values).buffer))
  }

  int64s(values: readonly number[], dims: readonly number[] = [values.length]): Value {
    const name = `i64_${values.join('_')}_${dims.join('x')}`
    return this.constant(name, 'i64', dims, new Uint8Array(BigInt64Array.from(values, BigInt).buffer))
  }

  /** Adds a node with one output, which has the node's name. */
  node(op: string, name: string, inputs: readonly Value[], attributes: Record<string, Attribute> = {}): Value {
    this.nodes.push({
      op,
      domain: contribOps.has(op) ? contrib : '',
      name,
      inputs,
      outputs: [this.claim(name)],
      attributes,
    })
    return name
  }

  /** Adds a node with several outputs; an empty name omits an optional one. */
  nodeWithOutputs(
    op: string,
    name: string,
    inputs: readonly Value[],
    outputs: readonly Value[],
    attributes: Record<string, Attribute> = {},
  ): void {
    for (const output of outputs) if (output) this.claim(output)
    this.nodes.push({ op, domain: contribOps.has(op) ? contrib : '', name, inputs, outputs, attributes })
  }

  /** The bytes of a ModelProto whose external tensors are at `placements`. */
  serialize(placements: ReadonlyMap<string, Placement>): Uint8Array {
    const model = new ProtoWriter()
    model.int(1, 10).string(2, 'videmo-web')
    model.message(7, (graph) => this.writeGraph(graph, placements))
    model.message(8, (w) => w.string(1, '').int(2, opset))
    model.message(8, (w) => w.string(1, contrib).int(2, 1))
    return model.finish()
  }

  private writeGraph(graph: ProtoWriter, placements: ReadonlyMap<string, Placement>): void {
    for (const node of this.nodes) graph.message(1, (w) => writeNode(w, node))
    graph.string(2, this.name)
    for (const tensor of this.inline.values()) {
      graph.message(5, (w) => writeTensorHead(w, tensor).blob(9, tensor.data))
    }
    for (const tensor of this.externals) {
      const placement = placements.get(tensor.name)
      if (!placement) throw new Error(`no placement for ${tensor.name}`)
      graph.message(5, (w) => {
        writeTensorHead(w, tensor)
        const entry = (key: string, value: string) => w.message(13, (e) => e.string(1, key).string(2, value))
        entry('location', placement.file)
        entry('offset', String(placement.offset))
        entry('length', String(tensor.bytes))
        w.int(14, 1)
      })
    }
    for (const info of this.inputs) graph.message(11, (w) => writeValueInfo(w, info))
    for (const info of this.outputs) graph.message(12, (w) => writeValueInfo(w, info))
  }

  private constant(name: Value, type: ElementType, dims: readonly number[], data: Uint8Array): Value {
    if (!this.inline.has(name)) this.inline.set(this.claim(name), { name, type, dims, data })
    return name
  }

  private claim(name: string): string {
    if (this.names.has(name)) throw new Error(`two values named ${name}`)
    this.names.add(name)
    return name
  }
}

function writeNode(w: ProtoWriter, node: Node): void {
  for (const input of node.inputs) w.string(1, input)
  for (const output of node.outputs) w.string(2, output)
  w.string(3, node.name).string(4, node.op)
  for (const [name, attribute] of Object.entries(node.attributes)) {
    w.message(5, (a) => {
      a.string(1, name)
      if ('float' in attribute) a.float(2, attribute.float).int(20, 1)
      else if ('int' in attribute) a.int(3, attribute.int).int(20, 2)
      else if ('text' in attribute) a.string(4, attribute.text).int(20, 3)
      else {
        for (const value of attribute.ints) a.int(8, value)
        a.int(20, 7)
      }
    })
  }
  if (node.domain) w.string(7, node.domain)
}

function writeTensorHead(w: ProtoWriter, tensor: { name: string; type: ElementType; dims: readonly number[] }) {
  for (const dim of tensor.dims) w.int(1, dim)
  return w.int(2, elementTypes[tensor.type].code).string(8, tensor.name)
}

function writeValueInfo(w: ProtoWriter, info: ValueInfo): void {
  w.string(1, info.name).message(2, (type) =>
    type.message(1, (tensor) => {
      tensor.int(1, elementTypes[info.type].code).message(2, (shape) => {
        for (const dim of info.dims) {
          shape.message(1, (d) => (typeof dim === 'number' ? d.int(1, dim) : d.string(2, dim)))
        }
      })
    }),
  )
}
