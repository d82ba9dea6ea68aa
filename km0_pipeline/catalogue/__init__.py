"""What is published -> a static site in data/published itself, beside the files that it is about.

The tour, in the order of the work:

    edition      the newest version as the site reads it: its tables, what describes them, the versions before
    addresses    which page stands where, and how one page leads to another
    words        numbers, dates and codes as people say them, in French and English
    terms        what the terms of the data are called, and how a claim says its value
    streams      rows of several queries walked together, and which share of the pages a process makes
    evidence     what sources say of something, arranged: by property, by value, by whose words each rests on
    swatch       the piece of printed cloth that each record bears
    figures      charts, maps, timelines and networks, each with the table that says the same
    pages        one module a kind of page: what each page is filled in with
    rendering    a page filled in, in one language: templates/, the frame that all pages share
    site         every page of both languages; only those that changed are written, those that are gone are removed

    static/css, static/js      our own; `make frontend` puts what others made into static/vendor (not in git)

The site is made of what has been published and of hub.toml, of nothing else: it can show nothing that has not
left already. Same version, same bytes. No page asks anything of another server.
"""
