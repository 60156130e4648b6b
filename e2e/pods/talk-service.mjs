const text = { serialize: (value) => Buffer.from(value), deserialize: (bytes) => bytes.toString() };

/** A bidirectional method that says every line again. */
export const talkService = {
  Talk: {
    path: '/fairlead.e2e.Talk/Talk',
    requestStream: true,
    responseStream: true,
    requestSerialize: text.serialize,
    requestDeserialize: text.deserialize,
    responseSerialize: text.serialize,
    responseDeserialize: text.deserialize,
  },
};
