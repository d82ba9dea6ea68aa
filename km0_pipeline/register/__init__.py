"""Register: what the national register of companies (SIRENE) says of organisations whose number is known, and where addresses lie.

    files           the monthly stock, by path or address                  -> register_files
    stock           its files, Parquet or CSV, as relations; what has changed in their columns
    index           the stock, reduced once                                -> register_units, register_names, register_drift
    service         the public search service, asked for one number or name at a time
    lookup          names that may be meant by a name, in either           -> register_lookup_names, _postings, _words, _variants
    links           names without a number that are surely a unit's        -> register_links, register_doubts
    statements      what either says of the numbers that registries give,
                    or that names led to                                   -> register_rows, register_claims, register_documents
    nomenclatures   codes of the register in words
    addresses       where addresses lie, asked of the public geocoder      -> address_claims, address_documents

Nothing here is asked, or read, unless hub.toml names it. What the register holds of a natural person who objects to its
diffusion (status P) is neither indexed nor published, nor is what the hub's own registries say of that person under that number;
of a legal person its acronym and the addresses of its establishments are left out. No name leads to a natural person, nor to a unit that objects.

Source: INSEE, base Sirene; https://www.sirene.fr/sirene/public/static/contenu-fichiers. The State's own directory withholds the same.
"""
