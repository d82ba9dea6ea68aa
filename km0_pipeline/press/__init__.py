"""Press: from files dropped in `data/raw/press`, and feeds whose articles are kept there, to claims.

    feeds       what feeds list, fetched and kept in data/raw      -> press_feeds
      sidecar     what is known of a kept file beside what it says
    collect     which files are there                              -> press_files
    read        bytes -> document: metadata and text               -> press_documents, press_rejects
      document    what a reader returns; decoding, dates, places
      text, markdown, page, pdf, word, mail   the readers, one a format
        metadata    what a web page says of itself
        layout      printed lines -> running text
    duplicates  the same story in several papers; corrections      -> press_stories
      sketching   what tells fast which texts may be alike
    mentions    what the language model alone finds                -> press_spans
    statements  who says what, where                               -> press_claims
      folding     the text as rules read it, character for character
      known       names known beforehand, found in linear time
      numerals    figures, in digits and words
      counted     what a figure counts
      quantities  headcounts, amounts, areas
      dates       French dates in a text
      edtf        what the words of a date mean, as EDTF
      furniture   lines about the page, left out
      kinds       words that say what kind of organisation
      evidence    words that tell what a name beside them is
      borders     where names begin and end
      headed      names that begin with what they are: « Fablab de Lannion »
      listing     what stands in one list is of one sort
      around      the words of a name and beside it that tell what it is
      weighing    what a name not known beforehand is: organisation, person, place
      mention     a subject spoken of at one place
      joining     mentions of one subject, joined
      naming      all this put together: from spans to mentions
      topics      the organisation a text is about
      resumed     « le service », « l'entreprise »: whom a noun takes up
      speech      what is said by whom
      lines       which line ends end something, headings, items of lists
      sentences   sentences with mentions, quantities and dates as placeholders
      clauses     sentences taken apart, each verb with its subject, pronouns as whom they mean
      phrases     such a sentence as a row of phrases: who, what, verbs with their voice
      inflected   French verbs and the forms they take
      arguments   the subject, objects and agents of a verb, in such a row
      grammar     what rules that read such sentences are made of
      cues        words without which a rule can't match
      relations   rules: who is where, a tenant, part, partner of what
      giving      rules: who funds whom, with how much
      posts       rules: who heads, founded, works for what
      roles       rules: posts wherever they stand beside a name, what an organisation is to another by a noun
      frames      rules: what verbs say of their subjects and objects, whatever stands between
      referents   whom a pronoun or a bare noun means where a rule must know
      nominal     rules: the same, told by nouns that stand for verbs: « le rachat de X par Y »
      nearby      rules: places, givers, tenants that stand beside a name without a verb; who writes, whom to ask
      bonds       rules: who operates, organises, founded, is a member of what
      accounts    rules: how many, how large, how much
      measures    rules: turnover, budget, cost, area, staff that a noun names
      happenings  rules: what happens or is announced, and when
      buildings   rules: what the hub's building was, since when it stands
    review      which claims may be published: by confidence, or as decided -> claim_decisions, press_reviewed
    understood  what the steps made of a document, side by side; the steps for one file aside

Each step redoes only documents whose bytes, code or names changed (`reuse`); much work is forked over the cores (`km0_pipeline.shards`). A new kind of file
is one reader module and one line in `read.READERS`.
"""
