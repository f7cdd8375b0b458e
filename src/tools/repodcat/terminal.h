// SPDX-License-Identifier: MIT
#pragma once

#include "repodcat/options.h"

#include <QtCore/QByteArray>

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
    const bool m_colorsOutput;
    const bool m_colorsErrors;
    int m_shownPercent = -1;
};
