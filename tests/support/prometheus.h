// SPDX-License-Identifier: MIT
#pragma once

#include "support/literals.h"

#include <QtCore/QHash>
#include <QtCore/QRegularExpression>
#include <QtCore/QSet>
#include <QtCore/QStringList>

//! Reads figures in the text format of Prometheus as strictly as its own parser and `promtool check
//! metrics`, and with this library's own rules.
class PrometheusText
{
public:
    //! Reads \a text; error() is empty if it is correct.
    explicit PrometheusText(const QString &text)
    {
        if (!text.endsWith(u'\n'))
            m_error = u"the last line has no end"_s;
        const QStringList lines = text.chopped(1).split(u'\n');
        for (const QString &line : lines) {
            if (!m_error.isEmpty())
                return;
            if (line.startsWith(u'#'))
                readComment(line);
            else
                readSample(line);
        }
        if (m_kind.isEmpty())
            m_error = u"the last name has no type"_s;
    }

    const QString &error() const { return m_error; }

    //! Samples by name and labels, as in the text.
    const QHash<QString, double> &samples() const { return m_samples; }

private:
    //! `# HELP` comes first, then `# TYPE`, then samples, if any.
    void readComment(const QString &line)
    {
        static const QRegularExpression help(
            u"^# HELP (qrepod_[a-z0-9_]+) ([^\\\\\n]|\\\\[\\\\n])+\\.$"_s);
        static const QRegularExpression type(
            u"^# TYPE (qrepod_[a-z0-9_]+) (counter|gauge|summary)$"_s);
        if (const auto match = help.match(line); match.hasMatch()) {
            const bool isComplete = m_name.isEmpty() || !m_kind.isEmpty();
            m_name = match.captured(1);
            m_kind.clear();
            if (!isComplete || m_names.contains(m_name))
                m_error = line;
            m_names << m_name;
            return;
        }
        const auto match = type.match(line);
        const bool isRight = match.hasMatch() && match.captured(1) == m_name && m_kind.isEmpty()
            && m_name.endsWith(u"_total"_s) == (match.captured(2) == u"counter"_s);
        m_kind = match.captured(2);
        if (!isRight)
            m_error = line;
    }

    void readSample(const QString &line)
    {
        static const QRegularExpression sample(
            u"^(qrepod_[a-z0-9_]+?)(_sum|_count)?"
            "(\\{[a-z]+=\"([^\"\\\\\\n]|\\\\[\\\\n\"])*\"\\})? (-?[0-9][0-9.e+-]*)$"_s);
        const auto match = sample.match(line);
        const QString what = line.section(u' ', 0, -2);
        bool isNumber = false;
        const double number = match.captured(5).toDouble(&isNumber);
        const bool isPart = !match.captured(2).isEmpty();
        if (!match.hasMatch() || !isNumber || match.captured(1) != m_name || m_kind.isEmpty()
            || (isPart && m_kind != u"summary"_s) || m_samples.contains(what))
            m_error = line;
        m_samples.insert(what, number);
    }

    QString m_error;
    QString m_name; // the metric whose samples follow
    QString m_kind;
    QSet<QString> m_names;
    QHash<QString, double> m_samples;
};
