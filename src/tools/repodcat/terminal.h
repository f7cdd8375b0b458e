// SPDX-License-Identifier: MIT
#pragma once

#include "repodcat/options.h"

#include <QtCore/QByteArray>
#include <QtCore/QSize>

#include <cstdio>

//! Standard output and standard error, with colours if the terminal shows them.
class Terminal
{
public:
    Terminal(Colors colors, bool isQuiet);

    //! Prints text on standard output and flushes it, so that a pipe has it at once.
    ///
    /// \return false if it could not be written; `errno` says why.
    bool print(const QByteArray &text);

    //! Prints a line of JSON in the same way.
    bool printMessage(const QByteArray &json);

    //! Whether standard output is a terminal.
    bool canShowTables() const { return m_showsTables; }

    //! The size of the terminal, in characters.
    QSize size() const;

    //! Shows \a lines in place of those shown last.
    bool showTable(const QByteArray &lines);

    //! Prints information on standard error.
    void note(const QString &text);

    void error(const QString &text);

    //! Shows a bar on standard error, if that is a terminal; \a done is a part of \a total.
    void progress(qint64 done, qint64 total);

    //! Removes the bar.
    void clearProgress();

private:
    const bool m_isQuiet;
    const bool m_hasBar;
    const bool m_showsTables;
    const bool m_colorsOutput;
    const bool m_colorsErrors;
    int m_shownPercent = -1;
    qsizetype m_shownLines = 0; // of the last table
};
