"""What may leave: the privacy gate between the warehouse and a snapshot (STANDARDS §7, rules R1 to R14).

    release      which tables and columns may leave: an allow-list (R1, R2), and what formats are given of each table
    optout       the list of who asked to be left out, as keyed hashes (R7)
    suppression  who is left out of everything, and all that goes with them (R7)
    private      names of people who are known here and not published
    masking      those names taken out of all texts that leave (R6)
    matching     names found in texts, whole, accents and case aside
    scanner      every text of every file that was written, read once more (R10)
    retention    files of data/raw whose time is over (R11)
    rules        what each rule promises, verified, and what it kept, masked and withheld
    report       release_report.json: the decision of each rule; a snapshot that a rule was not asked of is refused (R13)

Most rules are kept where claims and tables are made, so that `km0 explain`, `changes` and the database say the same as the
snapshot; there is one place for each, and the gate asks whether it did its work. Nothing here knows how files are written.
"""

from km0_pipeline.publish.privacy.release import PublicationStopped, Release, releases

__all__ = ["PublicationStopped", "Release", "releases"]
