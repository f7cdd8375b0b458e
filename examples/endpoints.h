// SPDX-License-Identifier: MIT
#pragma once

#include "interrupt.h"

#include <QRepod/Server>
#ifdef QREPOD_HAS_WEBSOCKET
#    include <QRepod/WebSocketGate>
#endif
#ifdef QREPOD_HAS_MONITOR
#    include <QRepod/MetricsPage>
#endif
#ifdef QREPOD_BROWSER_FOLDER
#    include "pageserver.h"
#endif

#include <QtCore/QCommandLineParser>
#include <QtCore/QTextStream>

#include <optional>

//! The addresses that a server listens on, from its command line: `program [host [port [port for
//! browsers]]]`, or by the names of these, and more. See --help.
class Endpoints
{
public:
    //! Adds the options to those of the program.
    static void addOptions(QCommandLineParser &options)
    {
        options.addHelpOption();
        options.addPositionalArgument("host",
                                      "What --host, --port and --browsers are for, in this order.",
                                      "[host [port …]]");
        options.addOptions({
            {"host", "Listen on this address, by default 127.0.0.1.", "address", "127.0.0.1"},
            {"port", "Listen on this port, by default 5071.", "port", "5071"},
            {"announce", "Be found on the local network under this title.", "title"},
        });
#ifdef QREPOD_HAS_WEBSOCKET
        options.addOption({"browsers", "Let browsers in on this port, with --page by default 5072.",
                           "port", "5072"});
#endif
#ifdef QREPOD_BROWSER_FOLDER
        options.addOption({"page", "Serve the page to browsers on this port.", "port"});
#endif
#ifdef QREPOD_HAS_MONITOR
        options.addOption({"monitor", "Show figures at http://127.0.0.1:PORT/.", "port"});
#endif
    }

    explicit Endpoints(QRepod::Server *server)
        : m_server(*server)
    {
    }

    //! Opens what \a options ask for, prints the addresses, and lets Ctrl+C end the program.
    ///
    /// \a game is the name of the server and, in lower case, of its page in examples/browser.
    /// \return false if something cannot be opened; prints why.
    bool open(const QString &game, const QCommandLineParser &options)
    {
        const QString host = value(options, "host", 0);
        const QString error = listen(game, host, options);
        if (!error.isEmpty()) {
            QTextStream(stderr) << "Error: " << error << Qt::endl;
            return false;
        }
        QTextStream out(stdout);
        out << game << " server running on " << host << ':' << m_server.port() << Qt::endl;
#ifdef QREPOD_BROWSER_FOLDER
        if (m_pages)
            out << "Open http://" << host << ':' << m_pages->port() << " in a browser" << Qt::endl;
#endif
        out << "Press Ctrl+C to stop" << Qt::endl;
        quitOnInterrupt(*QCoreApplication::instance());
        return true;
    }

private:
    //! A positional argument takes precedence.
    static QString value(const QCommandLineParser &options, const QString &name, int position)
    {
        return options.positionalArguments().value(position, options.value(name));
    }

    QString listen(const QString &game, const QString &host, const QCommandLineParser &options)
    {
        if (!m_server.listen(host, value(options, "port", 1).toInt()))
            return m_server.errorString();
        if (options.isSet("announce")
            && !m_server.announce(options.value("announce"), {{"game", game}}))
            return m_server.errorString();
#ifdef QREPOD_HAS_WEBSOCKET
        const QStringList named = options.optionNames();
        const bool hasGate = options.positionalArguments().size() > 2 || named.contains("browsers")
            || named.contains("page");
        if (hasGate && !m_gate.listen(host, value(options, "browsers", 2).toInt()))
            return m_gate.errorString();
#endif
#ifdef QREPOD_BROWSER_FOLDER
        if (options.isSet("page")) {
            m_pages.emplace(game.toLower() + ".html", m_gate.port());
            if (!m_pages->listen(host, options.value("page").toInt()))
                return "the page needs an address and a port that are free";
        }
#endif
#ifdef QREPOD_HAS_MONITOR
        if (options.isSet("monitor")
            && !m_figures.listen("127.0.0.1", options.value("monitor").toInt()))
            return m_figures.errorString();
#endif
        return {};
    }

    QRepod::Server &m_server;
#ifdef QREPOD_HAS_WEBSOCKET
    QRepod::WebSocketGate m_gate{&m_server};
#endif
#ifdef QREPOD_BROWSER_FOLDER
    std::optional<PageServer> m_pages;
#endif
#ifdef QREPOD_HAS_MONITOR
    QRepod::MetricsPage m_figures{&m_server};
#endif
};
