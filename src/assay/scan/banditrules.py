"""What we say about the commoner tests of bandit: a title and what to do, in our own words."""

from types import MappingProxyType
from typing import Final

from assay.scan.scanner import Rule

_SUBPROCESS: Final = (
    "Pass a list of arguments without a shell, and nothing from outside as the program."
)
_XML: Final = "Read XML from outside with defusedxml, which refuses entities."
_NOT_IN_CODE: Final = (
    "Read the password from a secret store or the environment, and change it if it is a real one."
)
_PICKLE: Final = (
    "Use JSON, or another format that holds data only; whoever writes such a file runs code here."
)
_CIPHER: Final = "Use AES-GCM or ChaCha20-Poly1305 from the cryptography package."
_TLS: Final = (
    "Use ssl.create_default_context() and leave its minimum version and checks as they are."
)
_HTML: Final = "Let the template engine escape the value; mark as safe only constants."

RULES: Final = MappingProxyType(
    {
        "B101": Rule(
            "An assert does the work of a check",
            "Raise an exception instead: python -O drops every assert.",
        ),
        "B102": Rule("Text is executed as code", "Replace exec by a table of functions."),
        "B103": Rule(
            "A file is opened to everybody",
            "Give 0o600 to what is private, 0o644 to what is not, and nobody else write access.",
        ),
        "B104": Rule(
            "The service listens on every interface",
            "Bind to 127.0.0.1, or to the address that is meant, from the configuration.",
        ),
        "B105": Rule("A password may stand in the code", _NOT_IN_CODE),
        "B106": Rule("A password may stand in a call", _NOT_IN_CODE),
        "B107": Rule("A password may be an argument's default", _NOT_IN_CODE),
        "B108": Rule(
            "A file in a shared temporary folder has a name that can be guessed",
            "Use tempfile.mkstemp or tempfile.TemporaryDirectory.",
        ),
        "B110": Rule("An error is swallowed", "Catch the one error that is expected, and say why."),
        "B112": Rule(
            "An error is skipped in a loop", "Catch the one error that is expected, and count it."
        ),
        "B113": Rule(
            "A request may wait for ever", "Set a timeout; ten seconds suit most services."
        ),
        "B201": Rule(
            "The debugger is reachable by users",
            "Leave debug off outside development: it runs any code that is typed into it.",
        ),
        "B202": Rule(
            "An archive may write outside its folder",
            "Extract with filter='data', or check each member's path first.",
        ),
        "B301": Rule("Data is read that can run code", _PICKLE),
        "B302": Rule("Data is read that can run code", _PICKLE),
        "B303": Rule("A broken hash is used", "Use SHA-256 or BLAKE2."),
        "B304": Rule("A broken cipher is used", _CIPHER),
        "B305": Rule("A cipher mode is used that leaks patterns", _CIPHER),
        "B306": Rule("A temporary name can be taken by others first", "Use tempfile.mkstemp."),
        "B307": Rule(
            "Text is evaluated as code", "Use ast.literal_eval for data, a parser for the rest."
        ),
        "B308": Rule("Text is declared safe for HTML", _HTML),
        "B310": Rule(
            "A URL from outside may name a local file",
            "Allow https only, before the call, and refuse every other scheme.",
        ),
        "B311": Rule(
            "Random numbers can be foretold",
            "Use the secrets module wherever the value protects something.",
        ),
        "B312": Rule("Telnet sends everything in clear", "Use SSH."),
        **{
            f"B{number}": Rule("XML may name files and grow without end", _XML)
            for number in (313, 314, 315, 316, 317, 318, 319, 405, 406, 407, 408, 409)
        },
        "B321": Rule("FTP sends everything in clear", "Use SFTP or HTTPS."),
        "B323": Rule("Certificates are not checked", _TLS),
        "B324": Rule(
            "A broken hash is used",
            "Use SHA-256; where it protects nothing, say usedforsecurity=False.",
        ),
        "B401": Rule("Telnet is imported", "Use SSH."),
        "B402": Rule("FTP is imported", "Use SFTP or HTTPS."),
        "B403": Rule("A format is imported that can run code", _PICKLE),
        "B404": Rule("Programs are started from here", _SUBPROCESS),
        "B501": Rule(
            "Certificates are not checked", "Remove verify=False; name your own CA instead."
        ),
        "B502": Rule("An old version of TLS is accepted", _TLS),
        "B503": Rule("An old version of TLS is the default", _TLS),
        "B504": Rule("The version of TLS is left open", _TLS),
        "B505": Rule("A key is too short", "Use Ed25519, P-256, or RSA of 3072 bits or more."),
        "B506": Rule("YAML may build any object", "Use yaml.safe_load."),
        "B507": Rule(
            "Any server is taken for the right one",
            "Load the known host keys, and refuse those that are not among them.",
        ),
        "B601": Rule(
            "A remote command is built from text", "Quote each argument with shlex.quote."
        ),
        "B602": Rule("A shell runs text that may come from outside", _SUBPROCESS),
        "B603": Rule("A program is started with arguments from variables", _SUBPROCESS),
        "B604": Rule("A function may run its text in a shell", _SUBPROCESS),
        "B605": Rule("A shell runs text that may come from outside", _SUBPROCESS),
        "B606": Rule("A program is started", _SUBPROCESS),
        "B607": Rule("A program is looked up in PATH", "Name the program by its absolute path."),
        "B608": Rule(
            "A query is put together from text",
            "Pass values as parameters of the query; take names of tables from a fixed list.",
        ),
        "B609": Rule("A wildcard may become an option", "List the files in Python, after `--`."),
        "B610": Rule("A query is put together from text", "Use the query builder's own lookups."),
        "B611": Rule("A query is put together from text", "Pass values as params of RawSQL."),
        "B612": Rule(
            "Logging takes its configuration, and so code, from the network",
            "Pass verify= with a function that checks a signature, or do not listen.",
        ),
        "B613": Rule(
            "Invisible characters change how the code reads",
            "Remove the direction marks; what is reviewed must be what runs.",
        ),
        "B614": Rule(
            "A model file can run code", "Load with weights_only=True, from a known hash."
        ),
        "B615": Rule(
            "A model is fetched in no fixed version", "Name the revision by its full commit."
        ),
        "B701": Rule("Templates do not escape HTML", "Set autoescape=select_autoescape()."),
        "B702": Rule("Templates do not escape HTML", "Use the h filter by default."),
        "B703": Rule("Text is declared safe for HTML", _HTML),
        "B704": Rule("Text is declared safe for HTML", _HTML),
    }
)
