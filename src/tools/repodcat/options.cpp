// SPDX-License-Identifier: MIT
#include "repodcat/options.h"

#include <QtCore/QCommandLineParser>
#include <QtCore/QFile>
#include <QtCore/QTextStream>
#include <QtNetwork/QSslCertificate>
#include <QtNetwork/QSslKey>
#include <QtNetwork/QSslSocket>

#include <cstdlib>

namespace {

constexpr int defaultBenchmarkCount = 10'000;

[[noreturn]] void rejectUsage(const QString &error)
{
    QTextStream(stderr) << "repodcat: " << error << "\nTry 'repodcat --help'." << Qt::endl;
    std::exit(WrongUsage);
}

void describe(QCommandLineParser &parser)
{
    parser.setApplicationDescription(
        "Sends and receives repod messages as lines of JSON.\n\n"
        "  repodcat [options] HOST [PORT]             connects\n"
        "  repodcat [options] URL                     connects: repod:, repods:, ws: or wss:\n"
        "  repodcat [options] --listen [[HOST] PORT]  listens; port 0 lets the system pick\n"
        "  repodcat --bots N [options] HOST [PORT]    puts a server under load");
    parser.addOptions({
        {{"l", "listen"}, "Listens instead of connecting; ends when the last client has left."},
        {{"k", "keep-open"}, "Goes on listening when the last client has left."},
        {{"a", "action"}, "Prints and counts messages with this action alone; repeats.", "NAME"},
        {{"w", "watch"}, "Prints the shared state of this name as it changes.", "NAME"},
        {{"c", "count"}, "Ends after N messages (or, with --bench, round trips).", "N"},
        {{"t", "timeout"}, "Ends after so many seconds.", "SECONDS"},
        {{"n", "no-input"}, "Does not read standard input."},
        {{"e", "echo"}, "Sends each message back to where it came from; reads no input."},
        {"record", "Writes the messages of both directions to a recording.", "FILE"},
        {"replay", "Sends the messages of a recording instead of standard input's.", "FILE"},
        {"fast", "Replays without the recorded pauses."},
        {"bench", "Measures round trips to a peer that echoes."},
        {"bots", "Puts a server under the load of N clients.", "N"},
        {"rate", "How many messages each bot sends a second; default 1.", "R"},
        {"duration", "How many seconds bots send; default 10.", "SECONDS"},
        {"script", "JavaScript that says what bots do.", "FILE"},
        {"p99", "Fails if 1 % of the round trips of bots take longer.", "MS"},
        {"loss", "Fails if more of what bots send stays without an answer.", "PERCENT"},
        {"tls", "Speaks TLS."},
        {"ca", "Trusts the certificates in this file alone.", "FILE"},
        {"cert", "The certificate of this end.", "FILE"},
        {"key", "The private key of --cert.", "FILE"},
        {"insecure", "Does not verify the server's certificate."},
        {{"q", "quiet"}, "Says nothing on standard error but errors."},
        {"color", "Colours: auto (on a terminal), always or never.", "WHEN", "auto"},
    });
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addPositionalArgument("HOST", "A name or an address; default 127.0.0.1.", "[HOST]");
    parser.addPositionalArgument("PORT", "Default 5071.", "[PORT]");
}

//! The number of the option \a name, from \a least to \a most; \a absent if it is not given.
double numberOf(const QCommandLineParser &parser, const QString &name, double absent, double least,
                double most)
{
    if (!parser.isSet(name))
        return absent;
    bool isNumber = false;
    const double number = parser.value(name).toDouble(&isNumber);
    if (!isNumber || number < least || number > most)
        rejectUsage(QString("--%1 %2: not a number from %3 to %4")
                        .arg(name, parser.value(name))
                        .arg(least)
                        .arg(most, 0, 'f', 0));
    return number;
}

void readAddress(Options &options, QStringList positional)
{
    if (positional.size() > 2)
        rejectUsage("too many arguments: " + positional.join(' '));
    if (!options.isListening && positional.isEmpty())
        rejectUsage("no host to connect to");
    // One argument is what cannot be guessed: the host to go to, or the port to listen on.
    if (positional.size() == 2 || !options.isListening)
        options.host = positional.takeFirst();
    if (options.host.startsWith('[') && options.host.endsWith(']')) // an address of IPv6
        options.host = options.host.sliced(1).chopped(1);
    if (!options.isListening && options.host.contains("://")) {
        options.url = QUrl(options.host);
        if (!positional.isEmpty())
            rejectUsage(positional.first() + ": the port belongs into the url");
    }
    if (positional.isEmpty())
        return;
    bool isNumber = false;
    options.port = positional.first().toUShort(&isNumber);
    if (!isNumber || (options.port == 0 && !options.isListening))
        rejectUsage(positional.first() + ": not a port");
}

QByteArray contentsOf(const QString &fileName)
{
    QFile file(fileName);
    if (!file.open(QIODevice::ReadOnly))
        rejectUsage(fileName + ": " + file.errorString());
    return file.readAll();
}

QList<QSslCertificate> certificatesOf(const QString &fileName)
{
    auto certificates = QSslCertificate::fromData(contentsOf(fileName), QSsl::Pem);
    if (certificates.isEmpty())
        rejectUsage(fileName + ": no certificate in PEM form");
    return certificates;
}

QSslKey keyOf(const QString &fileName)
{
    const QByteArray pem = contentsOf(fileName);
    for (QSsl::KeyAlgorithm algorithm : {QSsl::Ec, QSsl::Rsa, QSsl::Dsa}) {
        QSslKey key(pem, algorithm, QSsl::Pem);
        if (!key.isNull())
            return key;
    }
    rejectUsage(fileName + ": no private key in PEM form");
}

void readTls(Options &options, const QCommandLineParser &parser)
{
    const bool isEncrypted = options.url.scheme() == "repods" || options.url.scheme() == "wss";
    if (!parser.isSet("tls") && !isEncrypted) {
        for (const char *name : {"ca", "cert", "key", "insecure"}) {
            if (parser.isSet(name))
                rejectUsage(QString("--%1 needs --tls").arg(name));
        }
        return;
    }
    if (!QSslSocket::supportsSsl())
        rejectUsage("--tls: Qt cannot find a TLS library");
    if (parser.isSet("cert") != parser.isSet("key"))
        rejectUsage("--cert and --key must be given together");
    if (options.isListening && !parser.isSet("cert"))
        rejectUsage("--listen --tls needs --cert and --key");
    options.tls = QSslConfiguration::defaultConfiguration();
    if (parser.isSet("ca"))
        options.tls.setCaCertificates(certificatesOf(parser.value("ca")));
    if (parser.isSet("insecure"))
        options.tls.setPeerVerifyMode(QSslSocket::VerifyNone);
    if (parser.isSet("cert")) {
        options.tls.setLocalCertificateChain(certificatesOf(parser.value("cert")));
        options.tls.setPrivateKey(keyOf(parser.value("key")));
    }
}

void readFlags(Options &options, const QCommandLineParser &parser)
{
    options.isListening = parser.isSet("listen");
    options.staysOpen = parser.isSet("keep-open");
    options.isEchoing = parser.isSet("echo");
    options.isBenchmark = parser.isSet("bench");
    options.readsInput = !parser.isSet("no-input") && !options.isEchoing && !options.isBenchmark;
    options.watched = parser.value("watch");
    options.actions = parser.values("action");
    options.recordFile = parser.value("record");
    options.replayFile = parser.value("replay");
    options.isReplayFast = parser.isSet("fast");
    options.isQuiet = parser.isSet("quiet");
}

void rejectCombinations(const Options &options)
{
    if (options.isBenchmark && (options.isListening || options.isEchoing))
        rejectUsage("--bench cannot be combined with --listen or --echo");
    if (!options.replayFile.isEmpty() && (options.isBenchmark || options.isEchoing))
        rejectUsage("--replay cannot be combined with --bench or --echo");
    if (options.bots > 0
        && (options.isListening || options.isBenchmark || options.isEchoing
            || !options.replayFile.isEmpty() || !options.recordFile.isEmpty()))
        rejectUsage(
            "--bots cannot be combined with --listen, --bench, --echo, --replay or --record");
    if (!options.watched.isEmpty()
        && (options.isListening || options.isBenchmark || options.isEchoing || options.bots > 0
            || !options.actions.isEmpty() || !options.recordFile.isEmpty()))
        rejectUsage("--watch cannot be combined with --listen, --action, --bench, --bots, --echo "
                    "or --record");
    if (options.isReplayFast && options.replayFile.isEmpty())
        rejectUsage("--fast needs --replay");
    if (options.staysOpen && !options.isListening)
        rejectUsage("--keep-open needs --listen");
}

void readBots(Options &options, const QCommandLineParser &parser)
{
    options.bots = int(numberOf(parser, "bots", 0, 1, 100'000));
    for (const char *name : {"rate", "duration", "script", "p99", "loss"}) {
        if (parser.isSet(name) && options.bots == 0)
            rejectUsage(QString("--%1 needs --bots").arg(name));
    }
    options.rate = numberOf(parser, "rate", options.rate, 0.001, 100'000);
    options.duration = numberOf(parser, "duration", options.duration, 0.1, 1e6);
    options.p99 = numberOf(parser, "p99", options.p99, 0.001, 1e6);
    options.loss = numberOf(parser, "loss", options.loss, 0, 100);
    options.scriptFile = parser.value("script");
}

Colors colorsOf(const QString &when)
{
    if (when == "auto")
        return Colors::Auto;
    if (when != "always" && when != "never")
        rejectUsage("--color " + when + ": not one of auto, always and never");
    return when == "always" ? Colors::Always : Colors::Never;
}

} // namespace

Options optionsOf(const QStringList &arguments)
{
    QCommandLineParser parser;
    describe(parser);
    if (!parser.parse(arguments))
        rejectUsage(parser.errorText());
    if (parser.isSet("help"))
        parser.showHelp();
    if (parser.isSet("version"))
        parser.showVersion();

    Options options;
    readFlags(options, parser);
    readBots(options, parser);
    readAddress(options, parser.positionalArguments());
    rejectCombinations(options);
    const double count = options.isBenchmark ? defaultBenchmarkCount : 0;
    options.count = qint64(numberOf(parser, "count", count, 1, 1e9));
    options.timeout = int(numberOf(parser, "timeout", 0, 0.001, 1e6) * 1000);
    options.colors = colorsOf(parser.value("color"));
    readTls(options, parser);
    return options;
}
