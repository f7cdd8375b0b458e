// SPDX-License-Identifier: MIT
#pragma once

#include "repodcat/options.h"

#include <QtCore/QByteArray>
#include <QtCore/QSize>

#include <cstdio>

//! Standard output and standard error, with colours where they can be seen.
class Terminal
{
public:
    Terminal(Colors colors, bool isQuiet);

    //! Text on standard output, which is flushed, so that a pipe has it at once.
    ///
    /// \return false when it could not be written; `errno` says why.
    bool print(const QByteArray &text);

    //! The same with a line of JSON.
    bool printMessage(const QByteArray &json);

    //! Whether standard output is a terminal.
    bool canShowTables() const { return m_showsTables; }

    //! Of the terminal, in characters.
    QSize size() const;

    //! Lines of text, in the place of those that were shown last.
    bool showTable(const QByteArray &lines);

    //! Something good to know, on standard error.
    void note(const QString &text);

    void error(const QString &text);

    //! A bar on standard error, if that is a terminal; \a done is a part of \a total.
    void progress(qint64 done, qint64 total);

    //! Takes the bar away.
    void clearProgress();

private:
    const bool m_isQuiet;
    const bool m_hasBar;
    const bool m_showsTables;
    const bool m_colorsOutput;
    const bool m_colorsErrors;
    int m_shownPercent = -1;
    qsizetype m_shownLines = 0; // of the latest table
};
