import goldens from './goldens.json' with { type: 'json' }

/** Test only: values from PyTorch and transformers, made by make_goldens.py. */
export { goldens }
