// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qstring.h>

namespace QRepod {

//! Writes figures in Prometheus' text format, version 0.0.4. A value for one thread at a time.
///
/// The component Cluster adds its figures with it, so this header is part of the seam.
class MetricsText
{
public:
    enum class Kind { Counter, Gauge, Summary };

    //! Starts a metric; the samples that follow belong to it.
    void begin(const QString &name, Kind kind, const QString &help)
    {
        static constexpr const char16_t *kinds[] = {u"counter", u"gauge", u"summary"};
        m_name = name;
        m_text += QStringLiteral("# HELP %1 %2\n# TYPE %1 ").arg(name, help);
        m_text += QString::fromUtf16(kinds[int(kind)]) + u'\n';
    }

    template <class Number>
    void sample(Number number)
    {
        write({}, {}, {}, number);
    }

    //! Writes the sample whose label \a label has this \a value. \a suffix is `_sum` or `_count`
    //! for a summary.
    template <class Number>
    void sample(const QString &label, const QString &value, Number number,
                const QString &suffix = {})
    {
        write(label, value, suffix, number);
    }

    //! Writes a metric with a single sample.
    template <class Number>
    void single(const QString &name, Kind kind, const QString &help, Number number)
    {
        begin(name, kind, help);
        sample(number);
    }

    QString text() const { return m_text; }

private:
    static QString escaped(QString value)
    {
        return value.replace(u'\\', QLatin1String("\\\\"))
            .replace(u'"', QLatin1String("\\\""))
            .replace(u'\n', QLatin1String("\\n"));
    }

    static QString textOf(double number) { return QString::number(number, 'g', 12); }
    static QString textOf(qint64 number) { return QString::number(number); }

    template <class Number>
    void write(const QString &label, const QString &value, const QString &suffix, Number number)
    {
        m_text += m_name + suffix;
        if (!label.isEmpty())
            m_text += u'{' + label + QLatin1String("=\"") + escaped(value) + QLatin1String("\"}");
        m_text += u' ' + textOf(number) + u'\n';
    }

    QString m_name;
    QString m_text;
};

} // namespace QRepod
